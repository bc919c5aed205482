//! The tree of an opened line: its parts, which of them are folded, where the cursor is, and what goes on from there. How
//! they are drawn is the view's.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};

use crate::{
    app::{
        Model,
        msg::Effects,
        navigate,
        screen::{Screen, traces},
        selection::Selection,
        update::say,
    },
    domain::{
        address::Address,
        id::InstanceId,
        log::{Kind, LogLine, LogSource, Part, Printed, parts},
        query::Query,
        show,
        time::Moment,
    },
};

/// A message of more characters than this stands in the tree too: its row may cut it.
const LONG: usize = 80;
/// A tree of more parts than this begins folded.
const UNFOLDED: usize = 24;
/// The longest value that is asked for whole, in characters; of longer ones the beginning.
const LONGEST_ASKED: usize = 120;

/// Why lines cannot be asked for that are like a part.
pub const NO_PART: &str = "Enter opens a line; on one of its parts = shows only lines like it, ! only others.";

/// What is remembered while a line is open.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The part under the cursor, of those that are in sight; `None`: the line itself.
    pub on: Option<usize>,
    /// Parts that were folded or unfolded by hand.
    turned: BTreeSet<String>,
}

/// What a part leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nowhere.
    None,
    /// It folds and unfolds: an object, a list, a long text.
    Folds,
    /// To a trace that is held.
    Trace,
    /// To an instance of the registry.
    Instance(InstanceId),
}

/// A part that is in sight.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub part: Part,
    /// Whether what is in it is shown.
    pub open: bool,
    /// It is the last of its own, and so were those above it, from the top on.
    pub last: Vec<bool>,
    /// What `Enter` does.
    pub way: Way,
    /// Not of the line: what Keepwatch knows of it.
    pub own: bool,
    /// Of JSON, which tells texts from numbers.
    pub typed: bool,
    /// What else is known of it.
    pub note: Option<String>,
}

/// The parts of an opened line that are in sight.
pub fn nodes(model: &Model, line: &LogLine) -> Vec<Node> {
    let turned = &model.screens.logs.tree.turned;
    let (mut all, is_json) = parts(line);
    let of_line = all.len();
    let says = |name: &str, kind, value: String| Part { depth: 0, name: name.into(), path: name.into(), kind, value };
    let long = !is_json && (line.message.chars().count() > LONG || line.message.contains('\n'));
    if long {
        all.insert(0, says("message", Kind::Text, line.message.to_string()));
    }
    let of_line = of_line + usize::from(long);
    if let Some(at) = &line.instance {
        all.push(says("instance", Kind::Text, at.text().to_owned()));
    }
    if let Some(date) = date(model, line.at) {
        all.push(says("date", Kind::Text, date));
    }
    let late = line.seen_at.since(line.at);
    if late >= 1_000 {
        all.push(says("known", Kind::Text, format!("{} later", show::age(late as u64))));
    }
    let came = match &line.source {
        LogSource::Otlp => "OTLP",
        LogSource::Stdin => "standard input",
        LogSource::File(path) => path,
    };
    all.push(says("came by", Kind::Text, came.to_owned()));
    let raw = Printed::new(line).raw.into_owned();
    if !raw.is_empty() && raw != *line.message {
        all.push(says("raw", Kind::Text, raw));
    }
    let held = line.trace.map(|trace| model.world.traces.summary(trace));
    if let Some(trace) = line.trace {
        all.push(says("trace", Kind::Text, trace.to_string()));
    }
    let folded = of_line > UNFOLDED;
    let (mut nodes, mut hidden): (Vec<Node>, Option<usize>) = (Vec::new(), None);
    for (place, part) in all.iter().enumerate() {
        if hidden.is_some_and(|depth| part.depth > depth) {
            continue;
        }
        let own = place >= of_line;
        let branch = matches!(part.kind, Kind::Object(n) | Kind::List(n) if n > 0);
        let open = turned.contains(&key(part, own)) != (branch && !folded);
        hidden = (branch && !open).then_some(part.depth);
        let way = match &*part.name {
            _ if branch => Way::Folds,
            "trace" if own && held.as_ref().is_some_and(Option::is_some) => Way::Trace,
            _ => instance(model, line, part, own).map_or(Way::Folds, Way::Instance),
        };
        let above = nodes.iter().rev().find(|node: &&Node| node.part.depth + 1 == part.depth);
        let mut last = above.filter(|_| part.depth > 0).map_or(Vec::new(), |node| node.last.clone());
        let after = all[place + 1..].iter().find(|other| other.depth <= part.depth);
        last.push(after.is_none_or(|other| other.depth < part.depth));
        let note = held.as_ref().filter(|_| own && part.name == "trace").map(|held| match held {
            Some(held) => {
                let spans = show::plural(u64::from(held.spans), "span", "spans");
                format!("{spans}, {}", show::took(held.duration_ns / 1_000))
            }
            None => "not here".to_owned(),
        });
        nodes.push(Node { part: part.clone(), open, last, way, own, typed: is_json && !own, note });
    }
    nodes
}

/// The day and the time, in the zone that is shown, of what is not of today.
fn date(model: &Model, at: Moment) -> Option<String> {
    let zone = FixedOffset::east_opt(model.setup.utc_offset)?;
    let local = |at: Moment| DateTime::from_timestamp_millis(at.0).unwrap_or_default().with_timezone(&zone);
    let now = model.hold.as_ref().map_or(model.now, |hold| hold.since);
    show::day(&local(at), &local(now))?;
    Some(local(at).format("%a %Y-%m-%d %H:%M:%S%.3f %:z").to_string())
}

fn key(part: &Part, own: bool) -> String {
    format!("{}{}", if own { "\n" } else { "" }, part.path)
}

/// The instance that a part names: the line's own, or the one registered at an address.
fn instance(model: &Model, line: &LogLine, part: &Part, own: bool) -> Option<InstanceId> {
    let registry = &model.world.registry;
    if own && part.name == "instance" {
        let address = line.instance.clone()?;
        let service = match &line.service {
            Some(name) => registry.known_as(name),
            None => registry.owner(&address)?.clone(),
        };
        let id = InstanceId { service, address };
        let there = registry.at(&id.service, &id.address).next().is_some();
        return there.then_some(id);
    }
    let is_host = part.kind == Kind::Text && part.value.len() < 100 && part.value.contains(':') && !own;
    let address: Address = part.value.trim().parse().ok().filter(|_| is_host)?;
    let mut all = registry.services().flat_map(|service| service.registered().map(move |(slot, _)| (service, slot)));
    let (service, _) = all.find(|(_, slot)| slot.address() == Some(&address))?;
    Some(InstanceId { service: service.id.name.clone(), address })
}

/// The part under the cursor.
fn under(model: &Model) -> Option<(LogLine, Node)> {
    let state = &model.screens.logs;
    let at = state.tree.on.filter(|_| state.open)?;
    let line = super::line(model)?;
    let node = nodes(model, &line).into_iter().nth(at)?;
    Some((line, node))
}

/// Moves the cursor within the tree of an open line; whether it stayed within.
pub(super) fn step(model: &mut Model, by: isize) -> bool {
    if !model.screens.logs.open || by.unsigned_abs() != 1 {
        return false;
    }
    let Some(line) = super::line(model) else { return false };
    let count = nodes(model, &line).len();
    let on = &mut model.screens.logs.tree.on;
    match (*on, by > 0) {
        (None, true) if count > 0 => *on = Some(0),
        (Some(at), true) if at + 1 < count => *on = Some(at + 1),
        (Some(at), false) => *on = at.checked_sub(1),
        _ => return false,
    }
    true
}

/// `Enter` on a part: folds it, or goes where it leads. `None`: the cursor is on no part.
pub(super) fn open(model: &mut Model) -> Option<Effects> {
    let (line, node) = under(model)?;
    Some(match (node.way, line.trace) {
        (Way::Trace, Some(id)) => traces::show(model, id, true),
        (Way::Instance(id), _) => {
            let mut effects = navigate::open(model, Screen::Balancer);
            effects.extend(navigate::select(model, Selection::Instance(id)));
            effects
        }
        _ => {
            turn(model, &key(&node.part, node.own));
            Effects::new()
        }
    })
}

/// Unfolds (`by` = 1) or folds (-1) the part under the cursor; a folded part's cursor goes to what it lies in.
pub(in crate::app) fn fold(model: &mut Model, by: isize) {
    let Some((line, node)) = under(model) else { return };
    if node.open == (by < 0) {
        turn(model, &key(&node.part, node.own));
    } else if by < 0 && node.part.depth > 0 {
        let at = model.screens.logs.tree.on.unwrap_or(0);
        let above = nodes(model, &line)[..at].iter().rposition(|other| other.part.depth < node.part.depth);
        model.screens.logs.tree.on = above;
    }
}

fn turn(model: &mut Model, key: &str) {
    let turned = &mut model.screens.logs.tree.turned;
    if !turned.remove(key) {
        turned.insert(key.to_owned());
    }
}

/// The value of the part under the cursor.
pub(super) fn copied(model: &Model) -> Option<String> {
    under(model).map(|(_, node)| node.part.value)
}

/// Shows only lines like the one under the cursor in this part, or only others.
pub(in crate::app) fn filter(model: &mut Model, wanted: bool) -> Effects {
    let Some((line, node)) = under(model) else {
        say(model, NO_PART, true);
        return Effects::new();
    };
    let Some(term) = term(&line, &node) else {
        say(model, format!("Lines cannot be filtered by {}: it is hidden, or no value.", node.part.name), true);
        return Effects::new();
    };
    let filter = &mut model.screens.logs.filter;
    *filter = format!("{filter}{}{}{term}", if filter.is_empty() { "" } else { " " }, if wanted { "" } else { "!" });
    if !wanted {
        (model.screens.logs.open, model.screens.logs.tree) = (false, State::default());
    }
    super::renew(model);
    Effects::new()
}

/// What a filter asks for to find this part's value: the clearest way that finds the line itself.
pub fn term(line: &LogLine, node: &Node) -> Option<String> {
    let Part { path, value, .. } = &node.part;
    let plain = !value.contains(['"', '\\', '\n']) && !value.is_empty();
    let quoted = |value: &str| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    let begin: String = value.chars().take(LONGEST_ASKED).collect();
    let mut like = regex::escape(&begin).replace(char::is_whitespace, "\\s").replace('"', "\\x22");
    if begin.len() < value.len() {
        like.push_str("[\\s\\S]*");
    }
    let long = begin.len() < value.len();
    // A value of a list is asked of the whole list, as text.
    let list = path.rsplit_once('.').filter(|(_, place)| !node.own && place.bytes().all(|b| b.is_ascii_digit()));
    let within = match node.part.kind {
        Kind::Text => format!(".*\\x22{like}\\x22.*"),
        _ => format!(".*[\\[,]{like}[,\\]].*"),
    };
    let told = [
        (node.own && path == "trace").then(|| format!("trace:{value}")),
        (node.own && path == "instance").then(|| format!("instance:{value}")),
        (node.own && path == "came by").then(|| format!("source:{}", line.source.name())),
        (!node.own && path != "message" && plain && !long).then(|| format!("{path}=\"{value}\"")),
        (!node.own && path != "message" && value.is_empty()).then(|| format!("{path}=\"\"")),
        (!node.own && path != "message" && !value.is_empty()).then(|| format!("{path}={like}")),
        list.filter(|_| !long).map(|(list, _)| format!("{list}={within}")),
        line.service.as_deref().filter(|name| *name == value).map(|name| format!("service:{name}")),
        (line.level.word() == value.to_ascii_lowercase()).then(|| format!("level:{}", line.level.word())),
        (path == "message" || !node.own).then(|| quoted(begin.lines().next().unwrap_or_default())),
    ];
    let fits = |term: &String| {
        Query::parse(term).is_ok_and(|query| query.fits(line) && query.terms().len() == 1)
            && Query::parse(&format!("!{term}")).is_ok_and(|query| !query.fits(line))
    };
    let branch = matches!(node.part.kind, Kind::Object(_) | Kind::List(_));
    told.into_iter().flatten().filter(|_| !branch).find(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::log::{Level, LogFormat};

    fn node(path: &str, kind: Kind, value: &str) -> Node {
        let part = Part { depth: 1, name: path.into(), path: path.into(), kind, value: value.into() };
        Node { part, open: false, last: vec![true], way: Way::None, own: false, typed: true, note: None }
    }

    #[test]
    fn a_value_of_a_list_and_an_empty_one_are_asked_of_their_fields() {
        let tags = r#"["a","b,c",null,1.5]"#;
        let line = LogLine {
            at: Moment(0),
            seen_at: Moment(0),
            below_ns: 0,
            level: Level::Info,
            service: None,
            instance: None,
            message: "a".into(),
            trace: None,
            span: None,
            fields: vec![("tags".into(), tags.into()), ("empty".into(), "".into())],
            source: LogSource::Stdin,
            format: LogFormat::Json,
            raw: format!(r#"{{"tags":{tags},"empty":""}}"#).into_bytes().into(),
        };
        assert_eq!(term(&line, &node("tags.0", Kind::Text, "a")).as_deref(), Some(r"tags=.*\x22a\x22.*"));
        assert_eq!(term(&line, &node("tags.3", Kind::Number, "1.5")).as_deref(), Some(r"tags=.*[\[,]1\.5[,\]].*"));
        assert_eq!(term(&line, &node("empty", Kind::Text, "")).as_deref(), Some("empty=\"\""));
    }
}
