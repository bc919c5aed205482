//! OTLP over HTTP: `POST /v1/traces`, `/v1/logs`, `/v1/metrics`, protobuf or JSON; and Zipkin's `POST /api/v2/spans`. What is
//! refused is refused in the protocol's own words.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::StreamExt;
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use serde::de::DeserializeOwned;
use tokio::sync::SemaphorePermit;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use super::refusal::{Form, Refusal};
use super::refused::Refused;
use super::turned::{self, Asked, Why};
use super::unpack::{self, Gzip, Unpacked};
use super::{MOST_BYTES, Shared, gate, json, now, zipkin};

/// The routes.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/traces", post(traces))
        .route("/v1/logs", post(logs))
        .route("/v1/metrics", post(metrics))
        .route("/api/v2/spans", post(zipkin_spans))
        .layer(RequestDecompressionLayer::new())
        .layer(axum::middleware::map_response(packed_otherwise))
        .layer(axum::middleware::map_request(unpack::mark))
        .layer(RequestBodyLimitLayer::new(MOST_BYTES))
        .with_state(shared)
}

/// What cannot be unpacked is refused without a word: the sender is told what can.
async fn packed_otherwise(answer: Response) -> Response {
    match answer.status() {
        StatusCode::UNSUPPORTED_MEDIA_TYPE if !answer.headers().contains_key(header::CONTENT_TYPE) => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the content encoding must be gzip, zstd or none\n").into_response()
        }
        _ => answer,
    }
}

/// What is nowhere: in gRPC's words where gRPC asked.
pub(super) async fn not_found(shared: Arc<Shared>, request: Request) -> Response {
    let (asked, form) = (Asked::of(&request), gate::form(request.headers()));
    let mut answer = match form {
        Some(Form::Grpc) => {
            tonic::Status::unimplemented("only OTLP traces, logs and metrics are taken here").into_http::<Body>()
        }
        _ => {
            let where_else = "OTLP is taken at /v1/traces, /v1/logs and /v1/metrics, Zipkin at /api/v2/spans\n";
            (StatusCode::NOT_FOUND, where_else).into_response()
        }
    };
    turned::tell_not_found(&asked, form, &mut answer, &shared.mailbox);
    gate::past(request.into_body()).await;
    answer
}

/// The answer to spans.
pub(super) fn trace_answer(refused: &Refused) -> ExportTraceServiceResponse {
    let (rejected_spans, error_message) = refused.answer("spans");
    let partial = ExportTracePartialSuccess { rejected_spans, error_message };
    ExportTraceServiceResponse { partial_success: (partial.rejected_spans > 0).then_some(partial) }
}

/// The answer to log records.
pub(super) fn logs_answer(refused: &Refused) -> ExportLogsServiceResponse {
    let (rejected_log_records, error_message) = refused.answer("records");
    let partial = ExportLogsPartialSuccess { rejected_log_records, error_message };
    ExportLogsServiceResponse { partial_success: (partial.rejected_log_records > 0).then_some(partial) }
}

/// The answer to metrics.
pub(super) fn metrics_answer(refused: &Refused) -> ExportMetricsServiceResponse {
    let (rejected_data_points, error_message) = refused.answer("data points");
    let partial = ExportMetricsPartialSuccess { rejected_data_points, error_message };
    ExportMetricsServiceResponse { partial_success: (partial.rejected_data_points > 0).then_some(partial) }
}

async fn traces(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (form, bytes, _turn) = match body(&shared, request, &[Form::Protobuf, Form::Json]).await {
        Ok(read) => read,
        Err(refusal) => return refusal,
    };
    let export = match form {
        // Nobody who sends many sends JSON.
        Form::Json => json::read(&bytes, now())
            .map(|(export, bad): (ExportTraceServiceRequest, _)| (export.encode_to_vec().into(), bad)),
        Form::Protobuf | Form::Grpc => Ok((Cow::Borrowed(&*bytes), Refused::default())),
    };
    let taken = export.and_then(|(export, bad)| shared.take_spans(&export, bad).map_err(|wrong| wrong.to_string()));
    match taken {
        Ok(refused) => {
            let answer = trace_answer(&refused);
            let partial =
                answer.partial_success.as_ref().map(|p| ("rejectedSpans", p.rejected_spans, &*p.error_message));
            well(form, answer.encode_to_vec(), partial)
        }
        Err(why) => unreadable(form, &bytes, &why),
    }
}

async fn logs(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match read::<ExportLogsServiceRequest>(&shared, request).await {
        Ok((form, export, bad, _turn)) => {
            let answer = logs_answer(&shared.take_logs(export, bad));
            let partial = answer
                .partial_success
                .as_ref()
                .map(|p| ("rejectedLogRecords", p.rejected_log_records, &*p.error_message));
            well(form, answer.encode_to_vec(), partial)
        }
        Err(refusal) => refusal,
    }
}

async fn metrics(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match read::<ExportMetricsServiceRequest>(&shared, request).await {
        Ok((form, export, bad, _turn)) => {
            let answer = metrics_answer(&shared.take_metrics(&export, bad));
            let partial = answer
                .partial_success
                .as_ref()
                .map(|p| ("rejectedDataPoints", p.rejected_data_points, &*p.error_message));
            well(form, answer.encode_to_vec(), partial)
        }
        Err(refusal) => refusal,
    }
}

/// Zipkin answers 202 to what it will look at; it has no word for a part.
async fn zipkin_spans(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match body(&shared, request, &[Form::Json]).await {
        Ok((form, bytes, _turn)) => match zipkin::read(&bytes, &shared.names, now()) {
            Ok((spans, refused)) => {
                shared.take_zipkin(spans, &refused);
                StatusCode::ACCEPTED.into_response()
            }
            Err(why) => unreadable(form, &bytes, &why),
        },
        Err(refusal) => refusal,
    }
}

/// Success, with what was refused of it: protobuf as it is, or the same as JSON.
fn well(form: Form, protobuf: Vec<u8>, partial: Option<(&str, i64, &str)>) -> Response {
    let (kind, body) = match (form, partial) {
        (Form::Protobuf | Form::Grpc, _) => ("application/x-protobuf", protobuf),
        (Form::Json, None) => ("application/json", b"{}".to_vec()),
        (Form::Json, Some((what, count, why))) => {
            let answer = serde_json::json!({"partialSuccess": {what: count.to_string(), "errorMessage": why}});
            ("application/json", answer.to_string().into_bytes())
        }
    };
    (StatusCode::OK, [(header::CONTENT_TYPE, kind)], body).into_response()
}

/// An export, and what of it could not be read.
async fn read<T: Message + Default + PartialEq + DeserializeOwned>(
    shared: &Shared,
    request: Request,
) -> Result<(Form, T, Refused, SemaphorePermit<'_>), Response> {
    let (form, bytes, turn) = body(shared, request, &[Form::Protobuf, Form::Json]).await?;
    let read = match form {
        Form::Json => json::read(&bytes, now()),
        Form::Protobuf | Form::Grpc => {
            T::decode(&*bytes).map(|export| (export, Refused::default())).map_err(|e| e.to_string())
        }
    };
    read.map(|(export, bad)| (form, export, bad, turn)).map_err(|why| unreadable(form, &bytes, &why))
}

/// An export that makes no sense; whose it is may be found in it all the same.
fn unreadable(form: Form, export: &[u8], why: &str) -> Response {
    let mut answer = Refusal::Unreadable.answer(form, why);
    answer.extensions_mut().insert(turned::whose(form, export));
    answer
}

/// The body, unpacked, of one of these forms, and its turn to be read: many may have been let through while their bytes were still
/// to come.
async fn body<'a>(
    shared: &'a Shared,
    request: Request,
    forms: &[Form],
) -> Result<(Form, Vec<u8>, SemaphorePermit<'a>), Response> {
    let (parts, body) = request.into_parts();
    let Some(form) = gate::form(&parts.headers).filter(|form| forms.contains(form)) else {
        let why = match forms {
            [Form::Json] => "the content type must be application/json\n",
            _ => "the content type must be application/x-protobuf or application/json\n",
        };
        let mut answer = (StatusCode::UNSUPPORTED_MEDIA_TYPE, why).into_response();
        let told = parts.headers.get(header::CONTENT_TYPE).map(|told| String::from_utf8_lossy(told.as_bytes()));
        let said = told.map_or_else(|| "it has none".to_owned(), |told| told.into_owned());
        answer.extensions_mut().insert(Why { why: "its content type is none that is taken", said });
        gate::past(body).await;
        return Err(answer);
    };
    let (mut part, mut whole) = (shared.flight.part(), Vec::new());
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|e| broken(form, &e))?;
        if whole.len() + chunk.len() > MOST_BYTES {
            let mut answer = too_large(form);
            answer.extensions_mut().insert(turned::whose(form, &whole));
            return Err(answer);
        }
        if !part.more(chunk.len()) {
            return Err(Refusal::Busy.answer(form, gate::FULL));
        }
        whole.extend_from_slice(&chunk);
    }
    let turn = gate::turn(shared).await.ok_or_else(|| Refusal::Busy.answer(form, gate::FULL))?;
    if parts.extensions.get::<Gzip>().is_none() {
        return Ok((form, whole, turn));
    }
    let (packed, mut whole) = (whole, Vec::new());
    let mut unpacked = Unpacked::new(&packed);
    loop {
        let piece =
            unpacked.next().map_err(|e| Refusal::Unreadable.answer(form, &format!("the body cannot be read: {e}")))?;
        if piece.is_empty() {
            return Ok((form, whole, turn));
        }
        if whole.len() + piece.len() > MOST_BYTES {
            let mut answer = too_large(form);
            answer.extensions_mut().insert(turned::whose(form, &whole));
            return Err(answer);
        }
        if !part.more(piece.len()) {
            return Err(Refusal::Busy.answer(form, gate::FULL));
        }
        whole.extend_from_slice(piece);
        // Others are to be answered meanwhile.
        tokio::task::yield_now().await;
    }
}

fn too_large(form: Form) -> Response {
    Refusal::TooLarge.answer(form, &gate::too_large())
}

/// A body that could not be read: too long on the wire, or broken in its encoding.
fn broken(form: Form, error: &axum::Error) -> Response {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(inner) = cause {
        // The type that says so belongs to a crate below axum's surface.
        if inner.to_string().contains("length limit exceeded") {
            return too_large(form);
        }
        cause = inner.source();
    }
    Refusal::Unreadable.answer(form, &format!("the body cannot be read: {error}"))
}
