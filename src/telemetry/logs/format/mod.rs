//! The shapes that lines come in, one file each, in the order in which they are tried. A new one is a file here and its
//! line in the table.

mod access;
mod carrier;
mod compose;
mod cri;
mod csvlog;
mod daemons;
mod docker;
mod front;
mod json;
mod jvm;
mod klog;
mod logfmt;
mod named;
mod nest;
mod own;
mod plain;
mod procfile;
mod requests;
mod ruby;
mod scripts;
mod seen;
mod stern;
mod syslog;
mod threads;
mod within;

use std::borrow::Cow;
use std::sync::Arc;

use crate::domain::address::Address;
use crate::domain::log::{Level, LogFormat};
use crate::domain::span::{SpanId, TraceId};
use crate::domain::value::Value;

use super::clock::Clock;
use super::keys::Known;
use super::time::Exact;
pub(super) use compose::Bars;
pub(super) use cri::{Part, part};
pub(super) use docker::{Piece, is_cut, piece};
pub(super) use front::goes_on;
pub(super) use plain::without_colours;
pub(super) use requests::begins as begins_request;
pub(super) use seen::Seen as Scripts;
pub(super) use stern::Seen as Stern;
pub(super) use within::{behind_time, tells_time};

/// What a line says, in whatever shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parsed<'a> {
    /// The shape.
    pub(super) format: LogFormat,
    pub(super) at: Option<Exact>,
    /// The time without its date or year, where it tells no more.
    pub(super) clock: Option<Clock>,
    pub(super) level: Level,
    pub(super) service: Option<Cow<'a, str>>,
    pub(super) instance: Option<Address>,
    /// `None`: the line as it is.
    pub(super) message: Option<Cow<'a, str>>,
    pub(super) trace: Option<TraceId>,
    pub(super) span: Option<SpanId>,
    /// Who writes it, where lines of several stand among each other and each says whose it is.
    pub(super) tag: Option<Cow<'a, str>>,
    /// What such a one says, as it stands behind that, or what is in Docker's frame; `None`: the message.
    pub(super) behind: Option<Cow<'a, str>>,
    /// What such a one says tells a time or a level: it goes on with no other. In Docker's frame: it tells a time.
    pub(super) is_told: bool,
    /// The shape of what such a one says, where it stands in an object of who carries it.
    pub(super) inner: Option<LogFormat>,
    /// A time stands before that as who carries it puts it there.
    pub(super) is_carried: bool,
    /// The last of its fields called `pod` tells who writes it.
    pub(super) is_of_pod: bool,
    /// What else it says.
    pub(super) fields: Vec<(Cow<'a, str>, Told<'a>)>,
}

/// What a field says, and whether that is a literal of JSON: a number, a truth, a list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) is_json: bool,
}

impl<'a> Told<'a> {
    /// A text.
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), is_json: false }
    }

    /// As it is kept.
    pub(super) fn value(&self) -> Value {
        let text: Arc<str> = (&*self.text).into();
        if self.is_json { Value::json(text) } else { text.into() }
    }
}

impl Parsed<'_> {
    /// The shape of what is said, in whatever frame.
    pub(super) fn said_as(&self) -> LogFormat {
        self.inner.unwrap_or(self.format)
    }

    /// The same with its own texts, for what was unwrapped first.
    fn into_owned(self) -> Parsed<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Parsed {
            service: self.service.map(own),
            message: self.message.map(own),
            fields: self
                .fields
                .into_iter()
                .map(|(key, told)| (own(key), Told { text: own(told.text), is_json: told.is_json }))
                .collect(),
            tag: self.tag.map(own),
            behind: self.behind.map(own),
            is_told: self.is_told,
            inner: self.inner,
            is_carried: self.is_carried,
            is_of_pod: self.is_of_pod,
            format: self.format,
            at: self.at,
            clock: self.clock,
            level: self.level,
            instance: self.instance,
            trace: self.trace,
            span: self.span,
        }
    }
}

/// Reads a line, or says that it is of another shape.
type Format = for<'a> fn(&'a str, &mut Known) -> Option<Parsed<'a>>;

/// The shapes, the surest first. The last takes everything.
const FORMATS: &[Format] = &[
    docker::read,
    json::read,
    logfmt::read,
    syslog::read,
    within::read,
    csvlog::read,
    access::read,
    klog::read,
    ruby::read,
    plain::read,
];

/// Reads a line of a source of which these names are known.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Parsed<'a> {
    FORMATS.iter().find_map(|format| format(text, known)).unwrap_or_default()
}

#[cfg(test)]
mod apart_tests;
#[cfg(test)]
mod carried_tests;
#[cfg(test)]
mod carrier_tests;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod fields_tests;
#[cfg(test)]
mod foreign_tests;
#[cfg(test)]
mod front_tests;
#[cfg(test)]
mod more_tests;
#[cfg(test)]
mod node_tests;
#[cfg(test)]
mod opened_tests;
#[cfg(test)]
mod requests_tests;
#[cfg(test)]
mod scripts_tests;
#[cfg(test)]
mod stacks_tests;
#[cfg(test)]
mod stern_tests;
#[cfg(test)]
mod tagged_tests;
#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
#[cfg(test)]
mod threads_tests;
#[cfg(test)]
mod times_tests;
#[cfg(test)]
mod told_tests;
#[cfg(test)]
mod torn_tests;
#[cfg(test)]
mod whole_tests;
#[cfg(test)]
mod wild_tests;
#[cfg(test)]
mod writers_tests;
