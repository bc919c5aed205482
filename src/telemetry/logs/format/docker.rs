//! Docker's json-file: an object of `log`, `stream` and `time` around each line; what is in `log` is read for itself.

use std::sync::LazyLock;

use memchr::memmem;

use super::{Parsed, Told, json};
use crate::domain::log::LogFormat;
use crate::telemetry::logs::{keys::Known, time};

/// What stands in every wrapped line and in few others.
static STREAM: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"stream\""));

/// Reads a wrapped line.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    // Cheap to say no: most JSON lines are not this.
    if !text.trim_ascii_start().starts_with('{') || STREAM.find(text.as_bytes()).is_none() {
        return None;
    }
    let object = json::object(text)?;
    let its = ["log", "stream", "time", "attrs"];
    if object.keys().any(|key| !its.contains(&key.as_str())) {
        return None;
    }
    let log = object.get("log")?.as_str()?.trim_end_matches(['\n', '\r']);
    let mut parsed = super::read(log, known).into_owned();
    parsed.format = LogFormat::Docker;
    parsed.message.get_or_insert_with(|| log.to_owned().into());
    parsed.at = parsed.at.or_else(|| time::by_text(object.get("time")?.as_str()?));
    if let Some(stream) = object.get("stream").and_then(|stream| stream.as_str()) {
        parsed.fields.push(("stream".into(), Told::text(stream.to_owned())));
    }
    Some(parsed)
}
