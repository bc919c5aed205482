//! A trace in one row: what it was, how it ended, and where the time went.

use std::cmp::Reverse;
use std::sync::Arc;

use foldhash::HashMap;

use crate::domain::address::Address;
use crate::domain::span::{GRPC_CODES, SpanKind, TraceId, grpc_failed};
use crate::domain::time::Moment;

use super::callee::{self, Callee, Learnt};
use super::codec::{self, Head, Tables};
use super::critical;
use super::tree::{self, Node, Tree};
use super::{Held, Kept};

/// The span at the top of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Top {
    /// Its service.
    pub service: Arc<str>,
    /// Its instance, where told.
    pub instance: Option<Address>,
    /// What was asked.
    pub name: Arc<str>,
}

/// The span that a person looks for: of a trace that failed the innermost one that failed, or whom that one waited for in vain;
/// else the longest one of whom the request waited for the most, and for nothing else meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub struct Went {
    /// Its service.
    pub service: Arc<str>,
    /// Its instance, where told.
    pub instance: Option<Address>,
    /// Whom it called, where it is a call and nothing came from there.
    pub towards: Option<Callee>,
    /// What it did.
    pub name: Arc<str>,
    /// How long the request waited for all that they did, in ns; of a failed one for that alone, or how long it took where nobody
    /// waited.
    pub self_ns: u64,
    /// Whether it failed, or was waited for in vain.
    pub failed: bool,
}

/// One row of the list of traces.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceSummary {
    /// Its id.
    pub id: TraceId,
    /// When it started: its root, where that is here.
    pub started: Moment,
    /// How long its root took; where that is not here, from its first start to its last end, in ns.
    pub duration_ns: u64,
    /// It says that it began later than it came: its clock is ahead. It stands where it came.
    pub ahead: bool,
    /// Its root, or the earliest span that is here where the root is not.
    pub top: Top,
    /// Whether `top` is the root and every span's parent is here.
    pub complete: bool,
    /// Whether any span failed, of it or of what came of its messages.
    pub failed: bool,
    /// The HTTP or gRPC status that the top was answered with.
    pub code: Option<Arc<str>>,
    /// Spans held of it and of what came of its messages.
    pub spans: u32,
    /// Its services, in the order in which they came into play.
    pub services: Vec<Arc<str>>,
    /// Where the time went.
    pub went: Option<Went>,
    /// Why it is still there.
    pub kept: Kept,
}

pub(super) const CODES: &[&str] = &[
    "http.response.status_code",
    "http.status_code",
    "rpc.grpc.status_code",
    "rpc.response.status_code",
    "grpc.status_code",
];

/// The row of a trace, by what is `learnt` of whom calls go to; `guessed`: whether more of that might tell another.
pub(super) struct Told {
    pub(super) row: TraceSummary,
    pub(super) guessed: bool,
}

pub(super) fn of(id: TraceId, held: &Held, tables: &Tables, learnt: &Learnt) -> Option<Told> {
    let read = |record| Some((record, codec::read_head(record, tables)?));
    let (records, heads): (Vec<&[u8]>, Vec<Head>) = codec::records(&held.packed).filter_map(read).unzip();
    let mut nodes: Vec<Node> =
        heads.iter().zip(&records).map(|(head, record)| Node::new(head, || code(record, tables))).collect();
    let tree = tree::of(&mut nodes);
    let is_root = |index: &usize| heads[*index].parent.is_none();
    let first = tree.roots.iter().copied().find(is_root).or_else(|| tree.roots.first().copied())?;
    let top = &heads[first];
    let mut own = vec![0u64; heads.len()];
    let tops = if is_root(&first) { std::slice::from_ref(&first) } else { &*tree.roots };
    for piece in critical::path(&nodes, &tree, tops) {
        own[piece.span] += piece.until_ns - piece.from_ns;
    }
    // Whom it had given up on may have answered later.
    let in_time = |child: usize, above: usize| nodes[child].start_ns < nodes[above].end_ns;
    let answered = |index: usize| {
        let other = |child: &&usize| heads[**child].service != heads[index].service;
        tree.children[index].iter().find(other).is_some_and(|child| in_time(*child, index))
    };
    // By where they stand, as the path has them: their own clocks may be wrong.
    let echoes = if held.kept == Kept::Failed { echoes(&heads, &records, &tree, tables) } else { Vec::new() };
    let fails = |index: &usize| heads[*index].failed && echoes.get(*index) != Some(&true);
    let inner = |index: &usize| fails(index) && !tree.children[*index].iter().any(fails);
    let failed = (0..heads.len()).filter(inner).max_by_key(|index| nodes[*index].start_ns);
    // A call that failed although who was called saw no failure: it was waited for in vain.
    let lasts = |index: &usize| heads[*index].end_ns.saturating_sub(heads[*index].start_ns);
    let waited = |index: usize| {
        let all = tree.children[index].iter().copied().filter(|child| in_time(*child, index));
        all.max_by_key(lasts)
    };
    let calls = |index: &usize| heads[*index].kind == SpanKind::Client;
    let failed = failed.map(|index| Some(index).filter(calls).and_then(waited).unwrap_or(index));
    let asks = |index: usize| callee::calls(heads[index].kind) && !answered(index);
    // Who puts a message somewhere does not wait for whom it is meant for.
    let none = Learnt::default();
    let learnt = |index: usize| if heads[index].kind == SpanKind::Producer { &none } else { learnt };
    let towards = |index: usize| {
        let ask = asks(index);
        ask.then(|| called(&heads[index], records[index], tables, learnt(index))).flatten()
    };
    let unknown = |index: usize| {
        asks(index) && heads[index].kind == SpanKind::Client && towards(index).is_none_or(|callee| !callee.is_service)
    };
    let guessed = match failed {
        Some(index) => unknown(index),
        None => (0..heads.len()).any(|index| own[index] > 0 && unknown(index)),
    };
    let went = |index: usize, self_ns: u64| Went {
        service: heads[index].service.clone(),
        instance: heads[index].instance.clone(),
        towards: towards(index),
        name: heads[index].name.clone(),
        self_ns,
        failed: failed.is_some(),
    };
    let went = match failed {
        Some(index) => Some(went(index, if own[index] > 0 { own[index] } else { lasts(&index) })),
        None => longest(&heads, &nodes, &own, towards).map(|(index, ns)| went(index, ns)),
    };
    let mut by_start: Vec<usize> = (0..heads.len()).collect();
    by_start.sort_by_key(|index| nodes[*index].start_ns);
    let mut services: Vec<Arc<str>> = Vec::new();
    for head in by_start.into_iter().map(|index| &heads[index]) {
        if !services.contains(&head.service) {
            services.push(head.service.clone());
        }
    }
    // Of a call that does not tell how it was answered, who answered it does.
    let answer = || {
        let is_answer = |child: &&usize| heads[**child].kind == SpanKind::Server;
        let mut answers = tree.children[first].iter().filter(is_answer).filter(|_| calls(&first));
        let (only, None) = (*answers.next()?, answers.next()) else { return None };
        code(records[only], tables)
    };
    let row = TraceSummary {
        id,
        started: Moment::from_nanos(held.stands_ns()),
        ahead: held.is_ahead(),
        duration_ns: held.took_ns(),
        complete: tree.roots.len() == 1 && is_root(&first) && held.left_out == 0,
        failed: held.kept == Kept::Failed,
        code: code(records[first], tables).or_else(answer).map(Arc::from),
        spans: held.spans,
        services,
        went,
        kept: if held.pinned { Kept::Usual } else { held.kept },
        top: Top { service: top.service.clone(), instance: top.instance.clone(), name: top.name.clone() },
    };
    Some(Told { row, guessed })
}

/// Whom the request waited for the longest, in all that they did, by the longest span of theirs, and for how long: the same as
/// stands first where an open trace tells where its time went.
fn longest(
    heads: &[Head],
    nodes: &[Node],
    own: &[u64],
    towards: impl Fn(usize) -> Option<Callee>,
) -> Option<(usize, u64)> {
    // By whom: for how long, by which span the most, and since when.
    type Sum = (u64, usize, u64);
    let mut sums: HashMap<(Arc<str>, Option<Address>), Sum> = HashMap::default();
    for index in (0..heads.len()).filter(|index| own[*index] > 0) {
        let head = &heads[index];
        let who = towards(index)
            .map_or_else(|| (head.service.clone(), head.instance.clone()), |callee| (callee.name, callee.address));
        let (sum, most, first) = sums.entry(who).or_insert((0, index, u64::MAX));
        *sum += own[index];
        *first = nodes[index].start_ns.min(*first);
        if own[index] > own[*most] {
            *most = index;
        }
    }
    let most = sums.into_values().max_by_key(|(sum, index, first)| (*sum, Reverse((*first, *index))));
    most.map(|(sum, index, _)| (index, sum))
}

/// Which spans only repeat the status of the one above them: ASGI's `http send` is how an answer was sent, not what failed.
fn echoes(heads: &[Head], records: &[&[u8]], tree: &Tree, tables: &Tables) -> Vec<bool> {
    let mut echoes = vec![false; heads.len()];
    for (above, children) in tree.children.iter().enumerate() {
        for child in children.iter().copied().filter(|child| heads[*child].kind == SpanKind::Internal) {
            let own = code(records[child], tables).filter(|_| heads[child].service == heads[above].service);
            echoes[child] = own.is_some() && own == code(records[above], tables);
        }
    }
    echoes
}

/// What a span was answered with: by gRPC, where that tells of a failure; there HTTP says 200.
pub(super) fn code<'a>(record: &'a [u8], tables: &'a Tables) -> Option<&'a str> {
    let grpc = codec::attribute(record, &GRPC_CODES, tables).filter(|code| grpc_failed(code) == Some(true));
    grpc.or_else(|| codec::attribute(record, CODES, tables))
}

/// Whom a call was made to, as its span tells.
fn called(head: &Head, record: &[u8], tables: &Tables, learnt: &Learnt) -> Option<Callee> {
    callee::of((&head.service, &head.name), |names| codec::attribute(record, names, tables), learnt)
}
