//! klog and glog, as Kubernetes' own parts write: `I1126 07:00:03.123456       1 main.go:12] text`. Its first letter is the
//! level; the year is not told.

use super::{Parsed, Told};
use crate::domain::log::{Level, LogFormat};
use crate::telemetry::logs::{
    clock::{self, Clock},
    ids,
    keys::Known,
};

/// Reads a line.
pub(super) fn read<'a>(text: &'a str, _known: &mut Known) -> Option<Parsed<'a>> {
    let level = match text.as_bytes().first()? {
        b'I' => Level::Info,
        b'W' => Level::Warn,
        b'E' => Level::Error,
        b'F' => Level::Fatal,
        _ => return None,
    };
    let date = text.get(1..5).filter(|date| date.bytes().all(|b| b.is_ascii_digit()))?;
    let (month, day) = (date[..2].parse().ok()?, date[2..].parse().ok()?);
    let (ns, rest) = clock::of_day(text.get(5..)?.strip_prefix(' ')?)?;
    let (front, message) = rest.split_once("] ").or_else(|| Some((rest.strip_suffix(']')?, "")))?;
    let (thread, caller) = front.trim().split_once(' ')?;
    if thread.is_empty() || !thread.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let told = |key: &'static str, text: &'a str| (key.into(), Told::text(text.trim()));
    let (trace, span) = ids::of_text(message).map_or((None, None), |(trace, span)| (Some(trace), span));
    Some(Parsed {
        trace,
        span,
        format: LogFormat::Klog,
        clock: Some(Clock::Year(month, day, ns)),
        level,
        message: Some(message.trim_end().into()),
        fields: vec![told("thread", thread), told("caller", caller)],
        ..Parsed::default()
    })
}
