//! OTLP over gRPC: the three services of the protocol. Limits and encodings are those of the HTTP side.

use std::sync::Arc;

use axum::Router;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use super::{MOST_BYTES, Shared, http};

#[derive(Clone)]
struct Services(Arc<Shared>);

#[tonic::async_trait]
impl TraceService for Services {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        Ok(Response::new(http::trace_answer(self.0.take_spans(request.into_inner()))))
    }
}

#[tonic::async_trait]
impl LogsService for Services {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        Ok(Response::new(http::logs_answer(self.0.take_logs(request.into_inner()))))
    }
}

#[tonic::async_trait]
impl MetricsService for Services {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        Ok(Response::new(http::metrics_answer(self.0.take_metrics(request.get_ref()))))
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
    let services = Services(shared);
    Routes::new(bounded!(TraceServiceServer::new(services.clone())))
        .add_service(bounded!(LogsServiceServer::new(services.clone())))
        .add_service(bounded!(MetricsServiceServer::new(services)))
        .prepare()
        .into_axum_router()
}
