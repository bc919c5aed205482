//! Objects of JSON around what a program wrote itself: those of journald, of stern and Loki's `logcli`, of Fluent Bit,
//! Filebeat and Vector. What the line itself tells counts, and a stack trace, of which each line has an object of its own, is
//! joined as it is of others of whose lines it is known who writes them.

use std::borrow::Cow;

use super::{Parsed, within};
use crate::domain::log::Level;
use crate::telemetry::logs::keys::{Field, Known};
use crate::telemetry::logs::{crash, pods};

/// What tells the lines of one writer from those of another, as far as it is there: of two containers of a pod, two pods of one
/// name, two machines, two files.
const WRITERS: &[&str] = &[
    // journald's.
    "SYSLOG_IDENTIFIER",
    "_SYSTEMD_UNIT",
    "_PID",
    "_HOSTNAME",
    "CONTAINER_NAME",
    // stern's.
    "namespace",
    "podName",
    "containerName",
    // Fluent Bit's and Vector's, whichever source it has them from; a time, a number or a key of each line is none of them.
    "kubernetes.namespace_name",
    "kubernetes.pod_namespace",
    "kubernetes.pod_name",
    "kubernetes.container_name",
    "container_name",
    "container_id",
    "stream",
    "host",
    "hostname",
    "kubernetes.host",
    "file",
    "appname",
    "procid",
    "pid",
    "command",
    "port",
    "path",
    "source_ip",
    "topic",
    "partition",
    "tag",
    "service",
    "service_name",
    "service.name",
    "resource.service.name",
    "app",
    "application",
    "app_name",
    "proc_id",
    "pod",
    "container",
    "instance",
    "routing",
    "subject",
    "bucket",
    "object",
    "ddsource",
    "ddtags",
    "splunk_source",
    "headers.service",
    "fields.app",
    "kubernetes.pod_labels.app",
    // Filebeat's.
    "kubernetes.namespace",
    "kubernetes.pod.name",
    "kubernetes.container.name",
    "container.id",
    "host.name",
    "log.file.path",
    // Loki's, as those who fill it name them; a level or a trace may stand among them, too.
    "labels.namespace",
    "labels.pod",
    "labels.container",
    "labels.container_name",
    "labels.compose_service",
    "labels.service_name",
    "labels.app",
    "labels.job",
    "labels.instance",
    "labels.filename",
    "labels.unit",
    "labels.host",
    "labels.hostname",
    "labels.node_name",
];
/// Where Vector has lines from that a program wrote itself, as it names that.
const OF_VECTOR: &[&str] = &[
    "amqp",
    "aws_kinesis_firehose",
    "aws_s3",
    "aws_sqs",
    "datadog_agent",
    "demo_logs",
    "docker_logs",
    "exec",
    "file",
    "file_descriptor",
    "fluent",
    "gcp_pubsub",
    "heroku_logs",
    "http_client",
    "http_server",
    "kafka",
    "kubernetes_logs",
    "logstash",
    "mqtt",
    "nats",
    "pulsar",
    "redis",
    "socket",
    "splunk_hec",
    "stdin",
    "websocket",
];
/// By these a line tells its service itself.
const SERVICES: &[&str] = &["service", "service_name", "service.name", "resource.service.name", "app", "application"];
/// The levels of lines of which their writers told none: journald's, and what syslog's `info` is in Vector's words.
const USUAL: &[(&str, &str)] = &[("PRIORITY", "6"), ("severity", "info")];

/// Who carries a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Journald,
    Syslog,
    Vector,
    Loki,
    Other,
}

/// What is known of who carries a line, before its fields are understood.
pub(super) struct Carrier {
    /// A level that is told is the writer's.
    is_level_told: bool,
    /// It is of nobody that could be told from others.
    stays_apart: bool,
    /// Who writes it.
    tag: String,
}

impl Carrier {
    /// Who carries the line of these fields, if anybody does. What it says stands then under a name that is read as such.
    pub(super) fn of(fields: &mut [Field<'_>]) -> Option<Carrier> {
        let who = fields.iter().find_map(|field| match field.key() {
            "__REALTIME_TIMESTAMP" => Some(Who::Journald),
            "podName" | "kubernetes.pod_name" | "kubernetes.pod.name" | "log.file.path" | "log" => Some(Who::Other),
            "line" => Some(Who::Loki),
            "source_type" if field.value() == "journald" => Some(Who::Journald),
            "source_type" if field.value() == "syslog" => Some(Who::Syslog),
            "source_type" if OF_VECTOR.contains(&field.value()) => Some(Who::Vector),
            _ => None,
        })?;
        // A line may also be where something stands in a file, and labels any logger has.
        let is_of_loki =
            |field: &Field<'_>| matches!(field.key(), "line" | "timestamp") || field.key().starts_with("labels.");
        if who == Who::Loki && !(fields.len() > 2 && fields.iter().all(is_of_loki)) {
            return None;
        }
        let mut tag = String::new();
        let tells_service = fields.iter().any(|field| SERVICES.contains(&field.key()) && !field.value().is_empty());
        for field in fields.iter().filter(|field| WRITERS.contains(&field.key())) {
            tag.push_str(field.value());
            tag.push(' ');
        }
        for field in &mut *fields {
            match field.key() {
                "MESSAGE" if who == Who::Journald => field.read_bytes(),
                "line" if who == Who::Loki => field.rename("message"),
                "appname" if who == Who::Syslog && !tells_service && !matches!(field.value(), "" | "-") => {
                    field.rename("application");
                }
                "label.com.docker.compose.service" if who == Who::Vector && !tells_service => {
                    field.rename("application");
                }
                _ => {}
            }
        }
        let is_level_told = match who {
            Who::Journald | Who::Syslog => !fields.iter().any(|field| USUAL.contains(&(field.key(), field.value()))),
            _ => true,
        };
        // Whose lines a queue has, nobody knows: they stay apart.
        let stays_apart = who == Who::Vector && tag.is_empty();
        Some(Carrier { is_level_told, stays_apart, tag })
    }

    /// Takes what the line tells itself.
    pub(super) fn unwrap(self, parsed: &mut Parsed<'_>, known: &mut Known) {
        // An object under this name is none that anybody carries.
        let is_said = !parsed.fields.iter().any(|(key, _)| key == "log");
        let is_told = self.is_level_told && parsed.level != Level::Unknown;
        let Some(text) = parsed.message.as_deref().filter(|_| is_said) else { return };
        // Who carries it may not have taken the runtime's frame off.
        let framed = super::part(text);
        let text = framed.map_or(text, |part| part.text).to_owned();
        let mut inner = super::read(&text, known).into_owned();
        inner.at = inner.at.or(framed.map(|part| part.at));
        parsed.is_of_pod |= parsed.fields.iter().any(|(key, _)| pods::NAMES.contains(&&**key));
        let shape = inner.format;
        parsed.is_told = inner.level != Level::Unknown || inner.at.is_some() || inner.clock.is_some();
        let is_of_end = || crash::begun(&inner, &text, parsed.is_told).0 != Level::Unknown;
        if !self.is_level_told && is_of_end() {
            // What its writer did not tell is told by how it ends.
            parsed.level = Level::Unknown;
        }
        let session = inner.tag.take();
        // A date may begin any sentence: who carries it knows when.
        let is_timed = parsed.at.is_some() || parsed.clock.is_some();
        let tells = inner.level != Level::Unknown
            || inner.trace.is_some()
            || !inner.fields.is_empty()
            || !is_timed && (inner.at.is_some() || inner.clock.is_some());
        if (tells && !is_told) || framed.is_some() {
            inner.message.get_or_insert_with(|| Cow::Owned(text.clone()));
            within::put(inner, parsed);
        }
        if !self.stays_apart {
            parsed.inner = Some(shape);
            parsed.tag = Some(Cow::Owned(self.tag + &session.unwrap_or_default()));
            parsed.behind = Some(text.into());
        }
    }
}

/// Reads a message that is an object itself, where the line around it tells no level.
pub(super) fn unfold(parsed: &mut Parsed<'_>, known: &mut Known) {
    let Some(text) = parsed.message.as_deref().filter(|text| text.starts_with('{')) else { return };
    let inner = super::json::read(text, known).map(Parsed::into_owned);
    if let Some(inner) = inner.filter(|inner| inner.level != Level::Unknown) {
        within::put(inner, parsed);
    }
}
