//! OTLP over HTTP: `POST /v1/traces`, `/v1/logs`, `/v1/metrics`, protobuf or JSON. What is refused is refused in the
//! protocol's own words; a page in a browser (it sends `Origin`) is always refused.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use serde::de::DeserializeOwned;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::{MOST_BYTES, Refused, Shared, json};

/// A body must be here by then.
const BODY: Duration = Duration::from_secs(10);

/// The routes.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/traces", post(traces))
        .route("/v1/logs", post(logs))
        .route("/v1/metrics", post(metrics))
        .layer(RequestDecompressionLayer::new())
        .layer(RequestBodyLimitLayer::new(MOST_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, BODY))
        .with_state(shared)
}

/// What is nowhere: in gRPC's words where gRPC asked.
pub(super) async fn not_found(headers: HeaderMap) -> Response {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.starts_with("application/grpc") {
        true => tonic::Status::unimplemented("only OTLP traces, logs and metrics are taken here").into_http::<Body>(),
        false => (StatusCode::NOT_FOUND, "OTLP is taken at /v1/traces, /v1/logs and /v1/metrics\n").into_response(),
    }
}

/// How a body is written, and so is its answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Protobuf,
    Json,
}

impl Form {
    fn of(headers: &HeaderMap) -> Option<Form> {
        let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        match kind.split(';').next()?.trim().to_ascii_lowercase().as_str() {
            "application/x-protobuf" | "application/protobuf" => Some(Form::Protobuf),
            "application/json" => Some(Form::Json),
            _ => None,
        }
    }

    fn answer(self, status: StatusCode, body: Vec<u8>) -> Response {
        let kind = match self {
            Form::Protobuf => "application/x-protobuf",
            Form::Json => "application/json",
        };
        (status, [(header::CONTENT_TYPE, kind)], body).into_response()
    }

    /// A refusal as `google.rpc.Status`; 3 is INVALID_ARGUMENT, 8 RESOURCE_EXHAUSTED.
    fn refuse(self, status: StatusCode, why: &str) -> Response {
        let code = if status == StatusCode::PAYLOAD_TOO_LARGE { 8 } else { 3 };
        let body = match self {
            Form::Protobuf => RpcStatus { code, message: why.to_owned() }.encode_to_vec(),
            Form::Json => serde_json::json!({ "code": code, "message": why }).to_string().into_bytes(),
        };
        self.answer(status, body)
    }
}

/// `google.rpc.Status`, as much of it as is sent.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// The answer to spans.
pub(super) fn trace_answer(refused: Refused) -> ExportTraceServiceResponse {
    let partial = ExportTracePartialSuccess { rejected_spans: refused.count, error_message: refused.why };
    ExportTraceServiceResponse { partial_success: (partial.rejected_spans > 0).then_some(partial) }
}

async fn traces(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (form, export) = match read::<ExportTraceServiceRequest>(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let answer = trace_answer(shared.take_spans(export));
    let body = match (form, &answer.partial_success) {
        (Form::Protobuf, _) => answer.encode_to_vec(),
        (Form::Json, None) => b"{}".to_vec(),
        (Form::Json, Some(partial)) => {
            let (count, why) = (partial.rejected_spans.to_string(), &partial.error_message);
            serde_json::json!({"partialSuccess": {"rejectedSpans": count, "errorMessage": why}})
                .to_string()
                .into_bytes()
        }
    };
    form.answer(StatusCode::OK, body)
}

async fn logs(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match read::<ExportLogsServiceRequest>(request).await {
        Ok((form, export)) => {
            shared.take_logs(export);
            well(form)
        }
        Err(refusal) => refusal,
    }
}

async fn metrics(request: Request) -> Response {
    // Read all the same: an exporter that sends nonsense should hear of it.
    match read::<ExportMetricsServiceRequest>(request).await {
        Ok((form, _)) => well(form),
        Err(refusal) => refusal,
    }
}

fn well(form: Form) -> Response {
    form.answer(StatusCode::OK, if form == Form::Json { b"{}".to_vec() } else { Vec::new() })
}

async fn read<T: Message + Default + DeserializeOwned>(request: Request) -> Result<(Form, T), Response> {
    let (parts, body) = request.into_parts();
    if parts.headers.contains_key(header::ORIGIN) {
        return Err((StatusCode::FORBIDDEN, "pages in a browser may not send here\n").into_response());
    }
    let Some(form) = Form::of(&parts.headers) else {
        let why = "the content type must be application/x-protobuf or application/json\n";
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, why).into_response());
    };
    let bytes = axum::body::to_bytes(body, MOST_BYTES).await.map_err(|e| refusal(form, &e))?;
    let read = match form {
        Form::Protobuf => T::decode(bytes).map_err(|e| e.to_string()),
        Form::Json => json::read(&bytes),
    };
    read.map(|export| (form, export)).map_err(|why| form.refuse(StatusCode::BAD_REQUEST, &why))
}

/// A body that could not be read: too long (on the wire or unpacked), or broken in its encoding.
fn refusal(form: Form, error: &axum::Error) -> Response {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(inner) = cause {
        // The type that says so belongs to a crate below axum's surface.
        if inner.to_string().contains("length limit exceeded") {
            let why = format!("an export may have {} MiB, unpacked", MOST_BYTES >> 20);
            return form.refuse(StatusCode::PAYLOAD_TOO_LARGE, &why);
        }
        cause = inner.source();
    }
    form.refuse(StatusCode::BAD_REQUEST, &format!("the body cannot be read: {error}"))
}
