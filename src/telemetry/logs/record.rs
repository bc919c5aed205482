//! What a line says as the record that is kept: its time, or that of the line before it, and whose it is.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::{
    format::{Parsed, Told},
    framed::{Framed, Shared},
    lines::LONGEST,
    pods,
    time::Exact,
};
use super::Reader;
use crate::domain::log::{LogFormat, LogLine, TRUNCATED};
use crate::domain::time::Moment;
use crate::domain::value::Value;
use crate::telemetry::names::Names;

/// Lines that are seen within so many ms of each other were written together.
const TOGETHER_MS: i64 = 1_000;

/// Keys of a line that are remembered.
const MOST: usize = 64;

/// The keys of the line before, by their places: most lines have the same ones in the same order.
#[derive(Debug, Default)]
pub(super) struct KeysBefore(Vec<Arc<str>>);

impl KeysBefore {
    fn get(&mut self, place: usize, key: &str, names: &Names) -> Arc<str> {
        if let Some(known) = self.0.get(place).filter(|known| ***known == *key) {
            return known.clone();
        }
        let name = names.get(key);
        match self.0.get_mut(place) {
            Some(known) => *known = name.clone(),
            None if place < MOST => self.0.push(name.clone()),
            None => {}
        }
        name
    }
}

impl Reader {
    /// What a line says, with what is known of its source: when, whose it is, what was cut.
    pub(super) fn record(&mut self, parsed: Parsed<'_>, framed: Framed<'_>, seen_at: Moment) -> LogLine {
        let Framed { text, raw, whole, by } = framed;
        let clock = || parsed.clock.and_then(|clock| clock.near(seen_at));
        let told = by.map(|(at, _)| at).or(parsed.at).or_else(clock);
        // A line that tells no time is of the one before it, and of later only as far as it came later.
        let of_last = |(last, seen): (Exact, Moment)| match seen_at.since(seen) {
            later if later > TOGETHER_MS => Exact { at: last.at.plus(later), ..last },
            _ => last,
        };
        let Exact { at, below_ns } = told.or(self.last.map(of_last)).unwrap_or(seen_at.into());
        if let Some(told) = told {
            self.last = Some((told, seen_at));
        }
        let is_of_pod = parsed.is_of_pod;
        let message = parsed.message.unwrap_or(Cow::Borrowed(text));
        let shared = Shared::new(raw, self.chunk.as_ref());
        let mut fields = Vec::with_capacity(parsed.fields.len() + usize::from(whole > LONGEST));
        let (before, names) = (&mut self.before, &self.names);
        let field = |(place, (key, told)): (usize, (Cow<'_, str>, Told<'_>))| {
            (before.get(place, &key, names), shared.value(told))
        };
        fields.extend(parsed.fields.into_iter().enumerate().map(field));
        if whole > LONGEST {
            fields.push(self.cut(whole));
        }
        let mut line = LogLine {
            at,
            seen_at,
            below_ns,
            level: parsed.level,
            service: parsed.service.as_deref().map(|name| self.names.get(name)),
            instance: parsed.instance,
            message: if whole > LONGEST { format!("{message}…").into() } else { shared.value(Told::text(message)) },
            trace: parsed.trace,
            span: parsed.span,
            fields,
            source: self.source.clone(),
            format: if by.is_some() { LogFormat::Cri } else { parsed.format },
            raw: shared.raw,
        };
        if let Some((service, instance)) = &self.whose {
            // As the registry names them: that is what the panes are narrowed by.
            line.service = Some(service.clone());
            line.instance = Some(instance.clone());
        }
        if let Some(pod) = &self.pod {
            pod.tell(&mut line);
        }
        self.rules.apply(&mut line);
        if line.service.is_none() && (is_of_pod || self.pod.is_some()) {
            line.service = pods::service(&line, is_of_pod, self.pod.as_ref(), &self.names);
        }
        line
    }

    /// The field that tells that a line was cut.
    pub(super) fn cut(&self, whole: usize) -> (Arc<str>, Value) {
        (self.names.get(TRUNCATED), format!("{whole} bytes, {LONGEST} kept").into())
    }
}
