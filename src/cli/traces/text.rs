//! Traces for a person who reads a terminal without the dashboard: a line a trace.

use super::Sums;
use crate::domain::{show, text::Shown};
use crate::store::traces::TraceSummary;

fn shown(text: &str) -> String {
    Shown::new(&crate::domain::secret::mask(text)).as_str().to_owned()
}

/// The first line.
pub(super) fn ready(otlp: Option<&str>) -> String {
    match otlp {
        Some(address) => format!("OTLP is taken at {address}.\n"),
        None => "No intake is open.\n".to_owned(),
    }
}

/// A trace: when, which, how long, how it ended, what was asked, who took part; of one that failed, where it did.
pub(super) fn trace(summary: &TraceSummary) -> String {
    let failed = summary.went.iter().find(|went| went.failed).map(|went| {
        let instance = went.instance.as_ref().map(|address| format!(" {}", address.text())).unwrap_or_default();
        format!("  failed in {}{instance}: {}", shown(&went.service), shown(&went.name))
    });
    let services: Vec<String> = summary.services.iter().map(|name| shown(name)).collect();
    format!(
        "{} {} {:>9} {:<6} {} {}  {}  {}{}{}\n",
        summary.started.rfc3339(),
        summary.id,
        show::took(summary.duration_ns / 1_000),
        if summary.failed { "failed" } else { "ok" },
        shown(&summary.top.service),
        shown(&summary.top.name),
        show::plural(summary.spans.into(), "span", "spans"),
        services.join(" "),
        failed.unwrap_or_default(),
        if summary.complete { "" } else { "  (not complete)" },
    )
}

/// The last line.
pub(super) fn end(sums: &Sums) -> String {
    let dropped: Vec<String> =
        sums.dropped.iter().map(|(by, n)| format!(", {} lost: {by}", show::commas(*n))).collect();
    let (traces, spans) = (show::plural(sums.matched, "trace", "traces"), show::plural(sums.received, "span", "spans"));
    format!("{traces} of {spans}{}.\n", dropped.concat())
}
