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
    store::story::Story,
};

/// Follows and prints, until stopped or its time is over.
///
/// # Errors
/// When nothing can be printed, or the registry's files cannot be read.
pub fn run(settings: &Settings, args: &EventsArgs) -> Outcome {
    start::block_on(async {
        let mut stop = std::pin::pin!(stopped());
        let registry = start::registry(settings)?;
        let wanted = Wanted { probes: true, otlp: args.otlp.is_some(), logs: false };
        let mut run = start::headless(settings, &registry, wanted).await;
        let begun = std::time::Instant::now();
        let mut told = Told::default();
        loop {
            let limit = args.time.map_or(Duration::from_secs(3600), |time| time.saturating_sub(begun.elapsed()));
            tokio::select! {
                () = &mut stop => return Ok(Exit::Done),
                _ = run.until(limit, |model| told.behind(&model.world.story)) => {}
            }
            for event in told.news(&run.model.world.story) {
                if !out::write(&line(event, args.output))? {
                    return Ok(Exit::Done);
                }
            }
            if args.time.is_some_and(|time| begun.elapsed() >= time) {
                return Ok(Exit::Done);
            }
        }
    })
}

/// How much of the story was looked at, and whether its telling has begun.
#[derive(Default)]
struct Told {
    seen: u64,
    ready: bool,
}

impl Told {
    /// Whether there is more of the story than was looked at.
    fn behind(&self, story: &Story) -> bool {
        story.numbers().end > self.seen
    }

    /// What is to be told now: nothing of what happened before the first picture was complete, which is part of that picture.
    fn news<'a>(&mut self, story: &'a Story) -> Vec<&'a Event> {
        let (events, end) = story.since(self.seen);
        self.seen = end;
        events
            .filter(|event| {
                self.ready |= event.kind == EventKind::Ready;
                self.ready
            })
            .collect()
    }
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

/// Ends with SIGINT or SIGTERM, which are heard from this call on: one that comes before the first look is not lost. Called
/// before it is said that something is ready.
pub fn stopped() -> impl Future<Output = ()> + Send + 'static {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        let (Ok(mut term), Ok(mut int)) = signals else { return std::future::pending().await };
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Moment;

    fn event(kind: EventKind) -> Event {
        let (service, instance, before, after) = (None, None, None, None);
        Event { at: Moment(1), kind, service, instance, before, after, source: "registry".into(), text: "".into() }
    }

    #[test]
    fn what_came_before_the_first_picture_is_looked_at_once_and_not_told() {
        let (mut story, mut told) = (Story::default(), Told::default());
        story.push(event(EventKind::Link));
        assert!(told.behind(&story) && told.news(&story).is_empty());
        assert!(!told.behind(&story), "or waiting for more would never wait");
        story.push(event(EventKind::Registered));
        story.push(event(EventKind::Ready));
        story.push(event(EventKind::Gone));
        assert_eq!(told.news(&story).iter().map(|e| e.kind).collect::<Vec<_>>(), [EventKind::Ready, EventKind::Gone]);
        assert!(told.news(&story).is_empty());
    }
}
