//! How the Model's things are said everywhere on the screen: times in local time, names as short as is unique, marks.

pub mod short;

use chrono::{DateTime, FixedOffset};

use crate::{
    app::Model,
    domain::{
        circuit::CircuitState,
        health::HealthState,
        id::InstanceId,
        secret::mask,
        show,
        text::Shown,
        time::Moment,
        verdict::{Severity, Subject, Verdict},
    },
    insight::{
        freshness::Freshness,
        status::{InstanceView, Mark as Status},
        verdict::{QUEUE, REFUSED},
    },
    theme::{Mark, Role},
};

/// Now, as what is shown has it: what is held does not count on.
pub fn now(model: &Model) -> Moment {
    model.hold.as_ref().map_or(model.now, |hold| hold.since)
}

/// A moment in the operator's zone.
pub fn local(model: &Model, at: Moment) -> DateTime<FixedOffset> {
    let zone = FixedOffset::east_opt(model.setup.utc_offset)
        .unwrap_or_else(|| FixedOffset::east_opt(0).expect("no offset is a zone"));
    DateTime::from_timestamp_millis(at.0).unwrap_or_default().with_timezone(&zone)
}

/// `14:03:07`.
pub fn clock(model: &Model, at: Moment) -> String {
    show::clock(&local(model, at))
}

/// The day, where it is not today: `Tue`, `24 Nov`, `2025-11-24`.
pub fn day(model: &Model, at: Moment) -> Option<String> {
    show::day(&local(model, at), &local(model, now(model)))
}

/// The cells that the widest day among these takes before the time of day, the blank behind it too; 0 where all are of today.
pub fn days(model: &Model, all: impl Iterator<Item = Moment>) -> u16 {
    let cells = all.filter_map(|at| day(model, at)).map(|day| day.len() + 1);
    u16::try_from(cells.max().unwrap_or(0)).unwrap_or(0)
}

/// A time of day in a column whose days take so many cells: `14:03:07`, or `14:03:07.512`.
pub fn time(model: &Model, at: Moment, days: u16, fine: bool) -> String {
    let clock = if fine { show::clock_ms(&local(model, at)) } else { clock(model, at) };
    format!("{:<days$}{clock}", day(model, at).unwrap_or_default(), days = usize::from(days))
}

/// `14:03:07`, its day before it where that is not today: `24 Nov 14:03:07`.
pub fn stamp(model: &Model, at: Moment) -> String {
    time(model, at, days(model, std::iter::once(at)), false)
}

/// The same to the millisecond.
pub fn stamp_ms(model: &Model, at: Moment) -> String {
    time(model, at, days(model, std::iter::once(at)), true)
}

/// A time that stands behind another one: its day only where that is another, too.
pub fn behind(model: &Model, from: Moment, at: Moment, fine: bool) -> String {
    let same = local(model, from).date_naive() == local(model, at).date_naive();
    match (same, fine) {
        (true, true) => show::clock_ms(&local(model, at)),
        (true, false) => clock(model, at),
        (false, true) => stamp_ms(model, at),
        (false, false) => stamp(model, at),
    }
}

/// `14:03:07`, with its date only when it is not today's.
pub fn when(model: &Model, at: Moment) -> String {
    show::when(&local(model, at), &local(model, now(model)))
}

/// `14:02–14:40`, with the first one's date only when it is not today's.
pub fn between(model: &Model, from: Moment, until: Moment) -> String {
    show::between(&local(model, from), &local(model, until), &local(model, now(model)))
}

/// `Since 14:02:41 (26 s).`
pub fn since(model: &Model, at: Moment) -> String {
    show::since(&local(model, at), &local(model, now(model)))
}

/// How long ago, for columns: `26s`, `4m`.
pub fn ago(model: &Model, at: Moment) -> String {
    show::short_duration((now(model).since(at).max(0) / 1000) as u64)
}

/// How long ago, for the right of a value: `0.3 s`.
pub fn age(model: &Model, at: Moment) -> String {
    show::age(now(model).since(at).max(0) as u64)
}

/// Bytes from outside as they may be shown: without secrets, and escaped.
pub fn bytes(bytes: &[u8]) -> Shown<'static> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Shown::new(&mask(text)).into_owned(),
        Err(_) => Shown::new(&mask(Shown::from_bytes(bytes).as_str())).into_owned(),
    }
}

/// Other operators whose Keepwatch can write and who are at this service, by name.
pub fn others(model: &Model, service: &str) -> Vec<String> {
    let mine = |path: &str| model.keep.me.as_deref() == Some(path);
    let all = model.world.registry.operators().filter(|(path, _)| !mine(path));
    let here = all.filter(|(_, operator)| operator.service.as_deref() == Some(service));
    here.map(|(_, operator)| Shown::new(&mask(&operator.by)).as_str().to_owned()).collect()
}

/// An instance in a sentence: its service's short name and its address.
pub fn instance(model: &Model, id: &InstanceId) -> String {
    format!("{} {}", model.cluster.short(&id.service), id.address.text())
}

/// How old what each source tells is. A held picture does not grow old while it is held: the header says since when it is.
pub fn freshness(model: &Model) -> Freshness {
    Freshness::of(&model.world, now(model))
}

/// A verdict in one sentence: what is wrong, and because of what where that is known. What is not known to be so now was
/// so then.
pub fn verdict(model: &Model, verdict: &Verdict) -> String {
    let then = if verdict.subject != Subject::Registry && freshness(model).all_old() { "then: " } else { "" };
    match &verdict.cause {
        Some(cause) if verdict.subject == Subject::Registry && !verdict.sentence.contains(&**cause) => {
            // Why the link is lost is no reason of what is old: a sentence of its own.
            let mut chars = cause.chars();
            let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            format!("{} {first}{}.", verdict.sentence, chars.as_str().trim_end_matches('.'))
        }
        Some(cause) if !verdict.sentence.contains(&**cause) => {
            format!("{then}{}, because {cause}.", verdict.sentence.trim_end_matches('.'))
        }
        _ => format!("{then}{}", verdict.sentence),
    }
}

/// What is wrong with a service as a whole that no mark of its instances and no ratio of errors shows, in two words.
pub fn judged(model: &Model, name: &str) -> Option<(String, Role)> {
    model.verdicts.iter().filter(|v| matches!(&v.subject, Subject::Service(of) if **of == *name)).find_map(|verdict| {
        let note = match verdict.rule {
            rule if rule == QUEUE.name => "takes nothing".to_owned(),
            rule if rule == REFUSED.name => {
                let ratio = model.world.traffic.refused(name)?.error_ratio()?;
                format!("turns away {}", show::percent(ratio))
            }
            _ => return None,
        };
        Some((note, if verdict.severity == Severity::Critical { Role::Bad } else { Role::Warn }))
    })
}

/// The mark of a status.
pub fn mark(status: Status) -> Mark {
    match status {
        Status::Missing => Mark::Missing,
        Status::Gone => Mark::Left,
        Status::Down => Mark::Down,
        Status::Ghost => Mark::Ghost,
        Status::NoAnswer => Mark::NoAnswer,
        Status::DrainLost => Mark::DrainLost,
        Status::Draining => Mark::Draining,
        Status::Drained => Mark::Drained,
        Status::Slow => Mark::Slow,
        Status::Unknown => Mark::Unknown,
        Status::Up => Mark::Up,
    }
}

/// The word that goes with an instance's mark.
pub fn word(view: &InstanceView<'_>) -> &'static str {
    match (view.mark, view.state) {
        (Status::Slow, HealthState::Starting) => "starting",
        (Status::Slow, HealthState::OutOfService) => "out of service",
        (Status::Slow, HealthState::Degraded) => "degraded",
        (Status::NoAnswer, HealthState::NeverAnswered) => "never answered",
        (Status::Unknown, HealthState::Auth) => "not allowed",
        (status, _) => status_word(status),
    }
}

/// The word of a mark.
pub fn status_word(status: Status) -> &'static str {
    match status {
        Status::Missing => "missing",
        Status::Gone => "gone",
        Status::Down => "down",
        Status::Ghost => "ghost",
        Status::NoAnswer => "no answer",
        Status::DrainLost => "DRAIN LOST",
        Status::Draining => "draining",
        Status::Drained => "drained",
        Status::Slow => "slow",
        Status::Unknown => "not known",
        Status::Up => "up",
    }
}

/// The mark of a breaker; none where it is closed or not known.
pub fn breaker(state: CircuitState) -> Option<Mark> {
    match state {
        CircuitState::Open => Some(Mark::Open),
        CircuitState::HalfOpen => Some(Mark::HalfOpen),
        CircuitState::ForcedOpen => Some(Mark::Forced),
        CircuitState::Unknown => Some(Mark::Unknown),
        CircuitState::Closed | CircuitState::Disabled | CircuitState::MetricsOnly => None,
    }
}
