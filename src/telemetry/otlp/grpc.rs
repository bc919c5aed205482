//! OTLP over gRPC: the three services of the protocol. Limits and encodings are those of the HTTP side. Spans, of which
//! there are most, are handed on as the bytes that came.

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::{Buf, Bytes};
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{Grpc, UnaryService};
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use super::refusal::Refusal;
use super::refused::Refused;
use super::{MOST_BYTES, Shared, gate, http};

/// Where exports of spans come: by the protocol's names.
const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

#[derive(Clone)]
struct Services(Arc<Shared>);

/// Takes an export of spans as the bytes that it is.
struct Take(Arc<Shared>);

impl UnaryService<Bytes> for Take {
    type Response = ExportTraceServiceResponse;
    type Future = Pin<Box<dyn Future<Output = Result<Response<ExportTraceServiceResponse>, Status>> + Send>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let shared = self.0.clone();
        Box::pin(async move {
            // Many may have been let through while their bytes were still to come.
            let Some(_turn) = gate::turn(&shared).await else { return Err(Refusal::Busy.grpc(gate::FULL)) };
            match shared.take_spans(&request.into_inner(), Refused::default()) {
                Ok(refused) => Ok(Response::new(http::trace_answer(&refused))),
                Err(wrong) => Err(Refusal::Unreadable.grpc(&wrong.to_string())),
            }
        })
    }
}

/// Messages that come in as bytes; answers as messages.
#[derive(Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = ExportTraceServiceResponse;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = ExportTraceServiceResponse;
    type Error = Status;

    fn encode(&mut self, answer: ExportTraceServiceResponse, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        answer.encode(to).map_err(|e| Status::internal(e.to_string()))
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

async fn spans(State(shared): State<Arc<Shared>>, request: axum::extract::Request) -> axum::response::Response {
    let grpc = Grpc::new(Raw).max_decoding_message_size(MOST_BYTES);
    let mut grpc = ENCODINGS.iter().fold(grpc, |grpc, encoding| grpc.accept_compressed(*encoding));
    grpc.unary(Take(shared), request).await.map(axum::body::Body::new)
}

#[tonic::async_trait]
impl LogsService for Services {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let Some(_turn) = gate::turn(&self.0).await else { return Err(Refusal::Busy.grpc(gate::FULL)) };
        let refused = self.0.take_logs(request.into_inner(), Refused::default());
        Ok(Response::new(http::logs_answer(&refused)))
    }
}

#[tonic::async_trait]
impl MetricsService for Services {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let Some(_turn) = gate::turn(&self.0).await else { return Err(Refusal::Busy.grpc(gate::FULL)) };
        let refused = self.0.take_metrics(request.get_ref(), Refused::default());
        Ok(Response::new(http::metrics_answer(&refused)))
    }
}

/// The encodings that are taken.
#[cfg(feature = "zstd")]
const ENCODINGS: &[CompressionEncoding] = &[CompressionEncoding::Gzip, CompressionEncoding::Zstd];
#[cfg(not(feature = "zstd"))]
const ENCODINGS: &[CompressionEncoding] = &[CompressionEncoding::Gzip];

macro_rules! bounded {
    ($server:expr) => {
        ENCODINGS.iter().fold($server.max_decoding_message_size(MOST_BYTES), |server, e| server.accept_compressed(*e))
    };
}

/// The routes of the three services.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let services = Services(shared.clone());
    let traces = Router::new().route(TRACES, post(spans)).with_state(shared);
    Routes::new(bounded!(LogsServiceServer::new(services.clone())))
        .add_service(bounded!(MetricsServiceServer::new(services)))
        .prepare()
        .into_axum_router()
        .merge(traces)
}
