//! Objects of JSON around what a program wrote itself: those of journald, of stern and Loki's `logcli`, of Fluent Bit,
//! Filebeat and Vector. What the line itself tells counts, and a stack trace, of which each line has an object of its own, is
//! joined as it is of others of whose lines it is known who writes them.

use std::borrow::Cow;

use super::{Parsed, within};
use crate::domain::log::Level;
use crate::telemetry::logs::keys::{Field, Known};
use crate::telemetry::logs::{crash, pods};

/// What tells who writes a line, as far as it is there.
const WRITERS: &[&str] = &[
    "SYSLOG_IDENTIFIER",
    "_SYSTEMD_UNIT",
    "_PID",
    "podName",
    "containerName",
    "kubernetes.pod_name",
    "kubernetes.container_name",
    "kubernetes.pod.name",
    "kubernetes.container.name",
    "container_name",
    "log.file.path",
    "labels.pod",
    "labels.container",
    "stream",
];
/// journald's level of a line of which its writer told none.
const USUAL: &str = "6";

/// Who carries a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Journald,
    Loki,
    Other,
}

/// What is known of who carries a line, before its fields are understood.
pub(super) struct Carrier {
    /// A level that is told is the writer's.
    is_level_told: bool,
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
            _ => None,
        })?;
        // A line may also be where something stands in a file, and labels any logger has.
        let is_of_loki =
            |field: &Field<'_>| matches!(field.key(), "line" | "timestamp") || field.key().starts_with("labels.");
        if who == Who::Loki && !(fields.len() > 2 && fields.iter().all(is_of_loki)) {
            return None;
        }
        for field in &mut *fields {
            match field.key() {
                "MESSAGE" if who == Who::Journald => field.read_bytes(),
                "line" if who == Who::Loki => field.rename("message"),
                _ => {}
            }
        }
        let is_level_told = match who {
            Who::Journald => fields.iter().any(|field| field.key() == "PRIORITY" && field.value() != USUAL),
            _ => true,
        };
        let mut tag = String::new();
        for field in fields.iter().filter(|field| WRITERS.contains(&field.key())) {
            tag.push_str(field.value());
            tag.push(' ');
        }
        Some(Carrier { is_level_told, tag })
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
        parsed.inner = Some(inner.format);
        parsed.is_told = inner.level != Level::Unknown || inner.at.is_some() || inner.clock.is_some();
        let is_of_end = || crash::begun(&inner, &text, parsed.is_told).0 != Level::Unknown;
        if !self.is_level_told && is_of_end() {
            // What its writer did not tell is told by how it ends.
            parsed.level = Level::Unknown;
        }
        parsed.tag = Some(match inner.tag.take() {
            Some(tag) => Cow::Owned(self.tag + &tag),
            None => self.tag.into(),
        });
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
        parsed.behind = Some(text.into());
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
