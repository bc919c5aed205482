//! `keepwatch events`: the story as it happens, a line for each event, from the moment the first picture is complete.

use std::time::Duration;

use serde_json::json;

use super::{
    args::EventsArgs,
    args::Format,
    exit::{Exit, Outcome},
    out, start,
};
use crate::{
    config::settings::Settings,
    domain::{
        event::{Event, EventKind},
        text::{Shown, json_escape},
    },
    runtime::sources::Wanted,
};

/// Follows and prints, until stopped or its time is over.
///
/// # Errors
/// When nothing can be printed, or the registry's files cannot be read.
pub fn run(settings: &Settings, args: &EventsArgs) -> Outcome {
    start::block_on(async {
        let registry = start::registry(settings)?;
        let wanted = Wanted { probes: true, otlp: args.otlp.is_some(), logs: false };
        let mut run = start::headless(settings, &registry, wanted).await;
        let begun = std::time::Instant::now();
        let mut next = None;
        let mut stop = std::pin::pin!(stopped());
        loop {
            let limit = args.time.map_or(Duration::from_secs(3600), |time| time.saturating_sub(begun.elapsed()));
            let from = next.unwrap_or(0);
            tokio::select! {
                () = &mut stop => return Ok(Exit::Done),
                _ = run.until(limit, |model| model.world.story.numbers().end > from) => {}
            }
            let (events, end) = run.model.world.story.since(from);
            for event in events {
                // What happened before the first picture was complete is part of that picture.
                if next.is_none() && event.kind != EventKind::Ready {
                    continue;
                }
                next = Some(end);
                if !out::write(&line(event, args.output))? {
                    return Ok(Exit::Done);
                }
            }
            if next.is_some() {
                next = Some(end);
            }
            if args.time.is_some_and(|time| begun.elapsed() >= time) {
                return Ok(Exit::Done);
            }
        }
    })
}

fn line(event: &Event, form: Format) -> String {
    if form == Format::Text {
        return format!("{} {:<10} {}\n", event.at.rfc3339(), event.kind.word(), Shown::new(&event.text).as_str());
    }
    let value = json!({
        "at": event.at.rfc3339(),
        "kind": event.kind.word(),
        "service": event.service.as_deref().map(|s| Shown::new(s).as_str().to_owned()),
        "instance": event.instance.as_deref().map(|s| Shown::new(s).as_str().to_owned()),
        "before": event.before,
        "after": event.after,
        "source": Shown::new(&event.source).as_str(),
        "text": Shown::new(&event.text).as_str(),
    });
    format!("{}\n", json_escape(&value.to_string()))
}

/// Ends with SIGINT or SIGTERM.
pub async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
