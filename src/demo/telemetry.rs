//! What an instance tells the outside: spans and logs through the real OpenTelemetry SDK, one provider with its own Resource
//! per instance, nothing global, exported over OTLP/gRPC whether or not anyone listens. Not Keepwatch's own intake.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, SystemTime};

use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator as _};
use opentelemetry::trace::{SpanKind, Status, TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{ExporterBuildError, LogExporter, RetryPolicy, SpanExporter, WithTonicConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{BatchConfigBuilder as LogBatch, BatchLogProcessor, SdkLogger, SdkLoggerProvider};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder as SpanBatch, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider,
};
use tonic::transport::Endpoint;

/// How long a span or a line waits before it is sent.
const DELAY: Duration = Duration::from_millis(700);
/// What waits beyond this is dropped by the SDK.
const QUEUE: usize = 4096;
/// How long the last export of a signal may take, when the cluster stops.
const LAST: Duration = Duration::from_millis(350);
/// How long one export may take.
const EXPORT: Duration = Duration::from_secs(2);

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Of interest to who wrote the service.
    Debug,
    /// What it does.
    Info,
    /// What it had to work around.
    Warn,
    /// What it could not do.
    Error,
}

/// The fields of a line besides its text.
pub type Fields = Vec<(&'static str, AnyValue)>;

/// One instance's spans and logs.
pub struct Telemetry {
    tracer: SdkTracer,
    logger: SdkLogger,
    spans: SdkTracerProvider,
    lines: SdkLoggerProvider,
    level: AtomicU8,
}

impl Telemetry {
    /// Begins to export to `collector`. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the exporter cannot be built; that nobody listens is no error.
    pub fn start(
        service: &'static str,
        address: SocketAddr,
        collector: SocketAddr,
    ) -> Result<Telemetry, ExporterBuildError> {
        let resource = Resource::builder_empty()
            .with_attributes([
                KeyValue::new("service.name", service),
                KeyValue::new("service.namespace", "keepwatch-demo"),
                KeyValue::new("service.version", "1.4.2"),
                KeyValue::new("service.instance.id", address.to_string()),
                KeyValue::new("host.name", address.ip().to_string()),
                KeyValue::new("server.address", address.ip().to_string()),
                KeyValue::new("server.port", i64::from(address.port())),
            ])
            .build();
        let endpoint =
            Endpoint::from_shared(format!("http://{collector}")).expect("a socket address is a valid authority");
        let channel = endpoint.connect_timeout(EXPORT / 4).timeout(EXPORT).connect_lazy();
        let exporter = SpanExporter::builder().with_tonic().with_channel(channel.clone());
        let exporter = exporter.with_retry_policy(RetryPolicy::disabled()).build()?;
        let batch = SpanBatch::default().with_scheduled_delay(DELAY).with_max_queue_size(QUEUE).build();
        let spans = SdkTracerProvider::builder()
            .with_resource(resource.clone())
            .with_sampler(Sampler::AlwaysOn)
            .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(batch).build())
            .build();
        let exporter = LogExporter::builder().with_tonic().with_channel(channel);
        let exporter = exporter.with_retry_policy(RetryPolicy::disabled()).build()?;
        let batch = LogBatch::default().with_scheduled_delay(DELAY).with_max_queue_size(QUEUE).build();
        let lines = SdkLoggerProvider::builder()
            .with_resource(resource)
            .with_log_processor(BatchLogProcessor::builder(exporter).with_batch_config(batch).build())
            .build();
        let (tracer, logger) = (spans.tracer("keepwatch-demo"), lines.logger("keepwatch-demo"));
        Ok(Telemetry { tracer, logger, spans, lines, level: AtomicU8::new(Level::Info as u8) })
    }

    /// Lines below this are no longer written: `debug`, `info`, `warn`, `error`; anything else is `info`.
    pub fn set_level(&self, word: &str) {
        let level = match word.trim().to_ascii_lowercase().as_str() {
            "debug" => Level::Debug,
            "warn" => Level::Warn,
            "error" => Level::Error,
            _ => Level::Info,
        };
        self.level.store(level as u8, Ordering::Relaxed);
    }

    /// Writes a line, of the span that `cx` carries if there is one.
    pub fn log(&self, level: Level, text: String, cx: Option<&Context>, fields: Fields) {
        if (level as u8) < self.level.load(Ordering::Relaxed) {
            return;
        }
        let (severity, word) = match level {
            Level::Debug => (Severity::Debug, "DEBUG"),
            Level::Info => (Severity::Info, "INFO"),
            Level::Warn => (Severity::Warn, "WARN"),
            Level::Error => (Severity::Error, "ERROR"),
        };
        let mut record = self.logger.create_log_record();
        let now = SystemTime::now();
        record.set_timestamp(now);
        record.set_observed_timestamp(now);
        record.set_severity_number(severity);
        record.set_severity_text(word);
        record.set_body(text.into());
        record.add_attributes(fields);
        if let Some(cx) = cx.filter(|cx| cx.span().span_context().is_valid()) {
            let span = cx.span().span_context().clone();
            record.set_trace_context(span.trace_id(), span.span_id(), Some(span.trace_flags()));
        }
        self.logger.emit(record);
    }

    /// Begins a span; it ends when the last copy of what is returned is dropped, or before.
    pub fn span(&self, name: String, kind: SpanKind, parent: &Context, attributes: Vec<KeyValue>) -> Context {
        let builder = self.tracer.span_builder(name).with_kind(kind).with_attributes(attributes);
        parent.with_span(builder.start_with_context(&self.tracer, parent))
    }

    /// Sends what waits, and ends. Blocks for 0.7 s at most, so never call it on a runtime's worker.
    pub fn end(&self) {
        let _ = self.spans.shutdown_with_timeout(LAST);
        let _ = self.lines.shutdown_with_timeout(LAST);
    }
}

/// Marks the span of `cx` as failed.
pub fn fail(cx: &Context, why: String) {
    cx.span().set_status(Status::error(why));
}

/// Who called, as `traceparent` in the headers says; else nobody.
pub fn caller(headers: &impl Extractor) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), headers)
}

/// Says in the headers who calls.
pub fn say_caller(cx: &Context, headers: &mut impl Injector) {
    TraceContextPropagator::new().inject_context(cx, headers);
}

/// The headers of a request, read.
pub struct Received<'a>(pub &'a axum::http::HeaderMap);

impl Extractor for Received<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}
