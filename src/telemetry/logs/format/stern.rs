//! Lines behind the names of a pod and a container, as stern writes them: `orders-6d4cf56db6-x7k2p app text`, and of several
//! namespaces with that one in front. Of a Deployment's pod the name is certain, but a sentence may begin with it, and any word may
//! stand before it; other pods are called as other things are, too, and a static pod is its container's name and a machine's. Such
//! a front counts before a line with a shape of its own, or where the container is called as one mostly is, and before other lines
//! once the same stood there; never before a sentence alone.

use super::{Parsed, Told, plain, requests, within};
use crate::domain::log::{Level, LogFormat};
use crate::telemetry::logs::crash::begins_trace;
use crate::telemetry::logs::keys::Known;
use crate::telemetry::logs::pods::{self, Kind};
use crate::telemetry::logs::trace::{chains, may_head};

/// Fronts that are remembered.
const FRONTS: usize = 128;
/// So often a front has to stand there before it counts for a line without a shape: where that it is one is likely, and else.
const LIKELY: u8 = 2;
const UNLIKELY: u8 = 3;

/// What containers are called where nobody thought of a name.
const USUAL: &[&str] = &["app", "main", "istio-proxy", "linkerd-proxy"];

/// The fronts that stood before lines of a source.
#[derive(Debug, Default)]
pub(in crate::telemetry::logs) struct Seen {
    fronts: Vec<Stood>,
    /// One of them was certain.
    is_sure: bool,
}

#[derive(Debug)]
struct Stood {
    text: Box<str>,
    times: u8,
    /// A line with a shape was behind it.
    is_shaped: bool,
    /// So was one that only a logger writes.
    is_logged: bool,
}

impl Seen {
    /// Whether a line with a shape stood behind a front.
    fn knows(&self, front: &str) -> bool {
        self.fronts.iter().any(|stood| stood.is_shaped && *stood.text == *front)
    }

    /// Counts a front, and what is behind it. What is known of it then.
    fn saw(&mut self, front: &str, is_shaped: bool, is_logged: bool) -> &Stood {
        let place = match self.fronts.iter().position(|stood| *stood.text == *front) {
            Some(place) => place,
            None => {
                if self.fronts.len() == FRONTS {
                    self.fronts.remove(0);
                }
                self.fronts.push(Stood { text: front.into(), times: 0, is_shaped, is_logged });
                self.fronts.len() - 1
            }
        };
        let stood = &mut self.fronts[place];
        stood.times = stood.times.saturating_add(1);
        stood.is_shaped |= is_shaped;
        stood.is_logged |= is_logged;
        stood
    }
}

/// What stands in front of a line.
struct Front<'a> {
    namespace: Option<&'a str>,
    pod: &'a str,
    container: &'a str,
    kind: Kind,
    /// The container is called as what the pod is run for.
    agrees: bool,
    rest: &'a str,
}

impl<'a> Front<'a> {
    fn of(text: &'a str) -> Option<Front<'a>> {
        let (first, behind) = text.split_once(' ')?;
        // Cheap to say no: mostly neither of the first two words ends as a pod's name does, or goes on behind the next word.
        let (namespace, pod, (workload, kind), behind) = match one(first, behind) {
            Some(kind) => (None, first, kind, behind),
            None => {
                let (pod, behind) = behind.split_once(' ')?;
                (Some(first), pod, one(pod, behind)?, behind)
            }
        };
        let (container, rest) = behind.split_once(' ')?;
        if !pods::is_label(container) || namespace.is_some_and(|name| !pods::is_label(name)) {
            return None;
        }
        let agrees = is_of(workload, container) || is_of(container, workload);
        Some(Front { namespace, pod, container, kind, agrees, rest })
    }

    /// Whether the container is called as one is.
    fn fits(&self) -> bool {
        self.agrees || USUAL.contains(&self.container)
    }

    /// So often it has to stand there before it counts for a line without a shape, by what was behind it; `None`: it never does.
    fn needs(&self, stood: &Stood, is_sure: bool) -> Option<u8> {
        let fits = self.fits();
        match (self.namespace, self.kind) {
            (None, Kind::Deployment) if fits => Some(1),
            (_, Kind::Number) if !self.agrees && stood.is_logged => Some(if fits { 1 } else { UNLIKELY }),
            (Some(_), Kind::Number) if !self.agrees => None,
            (None, Kind::Number) if !self.agrees => (stood.is_shaped && (is_sure || fits)).then_some(UNLIKELY),
            _ if stood.is_shaped => Some(1),
            (_, Kind::Static) => None,
            _ => fits.then_some(LIKELY),
        }
    }
}

/// What a pod is run for, if a word may be the name of one; what is behind it begins with the name of a container.
fn one<'a>(word: &'a str, behind: &'a str) -> Option<(&'a str, Kind)> {
    pods::kind(word).or_else(|| {
        let container = behind.split(' ').next()?;
        Some((pods::of_static(word, container)?, Kind::Static))
    })
}

/// Whether a name is another one or goes on behind it: `redis-server` of `redis`.
fn is_of(name: &str, of: &str) -> bool {
    name.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Whether a word may be a pod's name.
pub(super) fn may_be(word: &str) -> bool {
    word.contains('-') && pods::is_name(word)
}

/// Reads a line.
pub(super) fn read<'a>(text: &'a str, known: &mut Known) -> Option<Parsed<'a>> {
    let front = Front::of(text)?;
    let rest = front.rest;
    let taken = within::timed(rest, known).or_else(|| within::shaped(rest, known));
    let is_timed = |it: &Parsed<'_>| it.at.is_some() || it.clock.is_some();
    let is_logged = taken.as_ref().is_some_and(|it| it.level != Level::Unknown || is_timed(it));
    let is_surely_logged =
        taken.as_ref().is_some_and(|it| it.level != Level::Unknown && (is_timed(it) || it.format == LogFormat::Json));
    let names = &text[..text.len() - rest.len() - 1];
    // Any word may stand before what looks like a pod.
    let is_odd = front.namespace.is_some() && front.kind == Kind::Number && !front.agrees;
    if is_odd && !is_surely_logged && !known.stern.knows(names) {
        return None;
    }
    let bare = plain::without_colours(rest);
    // A name and a word may begin any sentence, but none goes on as a trace does.
    let is_trace = taken.is_none() && is_of_trace(&bare);
    // Behind any word in front of it a level is that of a sentence, too.
    let has_level = || (front.namespace.is_none() || front.fits()) && plain::level_of(&bare) != Level::Unknown;
    // That others of this front are no sentences is known by what no sentence goes on with.
    let is_certain =
        is_logged || is_trace && bare.starts_with([' ', '\t']) || taken.is_none() && requests::is_one(&bare);
    let tells = taken.is_some() || is_trace || is_certain || has_level();
    let is_shaped = match front.kind {
        // Two words of which the first begins with the second begin many a sentence.
        Kind::Static => is_surely_logged,
        _ => is_certain || front.fits() && tells,
    };
    drop(bare);
    let is_sure = known.stern.is_sure;
    let is_usual = match front.namespace.filter(|_| front.kind == Kind::Deployment) {
        Some(namespace) if is_shaped || known.stern.knows(namespace) => {
            known.stern.saw(namespace, true, false);
            true
        }
        _ => {
            let stood = known.stern.saw(names, is_shaped, is_surely_logged);
            front.needs(stood, is_sure).is_some_and(|needed| stood.times >= needed)
        }
    };
    known.stern.is_sure |= front.kind == Kind::Deployment && is_shaped;
    if front.kind == Kind::Static && !is_usual {
        return None;
    }
    let is_told = tells && (is_trace || front.kind != Kind::Number || front.agrees);
    let parsed = match taken {
        Some(parsed) => parsed,
        None if is_usual || is_told => within::any(rest, known)?,
        None => return None,
    };
    let mut parsed = within::of_pod(front.pod, front.container, names, parsed, rest);
    // Nor is it a pod's where only such a line follows it.
    parsed.is_of_pod = is_usual || front.kind != Kind::Number || front.agrees;
    parsed.fields.extend(front.namespace.map(|namespace| ("namespace".into(), Told::text(namespace))));
    Some(parsed)
}

fn is_of_trace(text: &str) -> bool {
    text.starts_with([' ', '\t']) && text.trim_start() != text.trim_end()
        || begins_trace(text)
        || is_thrown(text)
        || text.starts_with("Caused by: ")
        || chains(text)
}

/// `TypeError: why`.
pub(super) fn is_thrown(text: &str) -> bool {
    may_head(text) && text.split(':').next().is_some_and(|name| name.ends_with("Error") || name.ends_with("Exception"))
}
