//! What a name in a query may have been meant to be, where nothing that is held has a field of that name: `servce:orders` is
//! read, as a field or as text, and finds nothing. Not a mistake: what is not held now may come.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::parse;
use super::term::is_field;
use super::vocabulary::Asked;

/// Names of fields that are remembered to be meant.
const MOST: usize = 512;

/// What other tools, and loggers, call what is asked by a name of the table.
const MEANT: &[(&[&str], &str)] = &[
    (&["severity", "severity_text", "lvl", "loglevel", "log.level", "sev"], "level"),
    (&["svc", "app", "application", "service.name", "service_name"], "service"),
    (&["addr", "address", "ip", "host.ip"], "instance"),
    (&["traceid", "trace.id"], "trace"),
    (&["spanid", "span.id"], "span"),
    (&["latency", "elapsed", "dur"], "duration"),
    (&["file", "filename"], "source"),
];

/// The names in a query that are in no table, and the fields that were seen.
#[derive(Debug)]
pub struct Hints {
    asked: Asked,
    names: Vec<Name>,
    fields: BTreeSet<Arc<str>>,
    /// What words may have been meant to say, where they are found nowhere.
    words: Vec<String>,
}

/// A name that is in no table.
#[derive(Debug)]
struct Name {
    name: String,
    sign: &'static str,
    value: String,
    /// It must hold, so that it does where anything was found.
    wanted: bool,
    /// A field of that name was seen.
    is_there: bool,
}

impl Asked {
    /// What would have such a name.
    fn held(self) -> &'static str {
        match self {
            Asked::Lines => "line has a field",
            Asked::Traces => "span has an attribute",
        }
    }
}

impl Hints {
    /// Of what was typed.
    pub fn new(asked: Asked, text: &str) -> Hints {
        let named = |part: &str| {
            let bare = part.strip_prefix('!').unwrap_or(part);
            let (name, sign) = parse::named(bare)?;
            let wanted = bare == part && sign != "!=";
            let (name, value) = (name.to_owned(), bare[name.len() + sign.len()..].to_owned());
            let is_there = asked == Asked::Lines && is_field(&name, "message");
            (asked.field(&name).is_none()).then_some(Name { name, sign, value, wanted, is_there })
        };
        let parts: Vec<&str> = parse::parts(text).collect();
        let next = |at: usize| parts.get(at + 1).copied();
        let words = parts.iter().enumerate().filter_map(|(at, part)| word(part, next(at))).collect();
        Hints { asked, names: parts.iter().copied().filter_map(named).collect(), fields: BTreeSet::new(), words }
    }

    /// Whether nothing is left that could be meant otherwise.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.words.is_empty()
    }

    /// A field of this name is there.
    pub fn see(&mut self, key: &Arc<str>) {
        if self.names.is_empty() {
            return;
        }
        self.names.iter_mut().for_each(|name| name.is_there |= is_field(&name.name, key));
        if self.fields.len() < MOST && !self.fields.contains(key) {
            self.fields.insert(key.clone());
        }
    }

    /// What may have been meant, a sentence for each name; `found`: something fits all that is asked.
    pub fn tell(&self, found: bool) -> Vec<String> {
        let names = self.names.iter().filter(|name| !(found && name.wanted));
        names
            .filter_map(|name| if name.is_there { self.other(name).filter(|_| !found) } else { self.one(name) })
            .chain(self.words.iter().filter(|_| !found).cloned())
            .collect()
    }

    /// How a field that is there is asked, where nothing fits what was asked.
    fn other(&self, Name { name, sign, value, .. }: &Name) -> Option<String> {
        match *sign {
            ":" if self.asked == Asked::Lines && !value.is_empty() => {
                Some(format!("{name}:{value} is looked for as text; the field is asked by {name}={value}"))
            }
            "=" | ":" if value.is_empty() => {
                Some(format!("{name}{sign} is looked for as text; any value is {name}=.*"))
            }
            "=" | ":" if value.len() > 2 && value.starts_with('/') && value.ends_with('/') => {
                let part = &value[1..value.len() - 1];
                Some(format!(
                    "{name}{sign}{value} asks for the whole value; a part of it is found by {name}=.*{part}.*"
                ))
            }
            "=" | ":" if value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/')) => Some(format!(
                "{name}{sign}{value} asks for the whole value; a part of it is found by {name}=.*{value}.*"
            )),
            _ => None,
        }
    }

    fn one(&self, Name { name, sign, value, .. }: &Name) -> Option<String> {
        let known = self.fields.iter().flat_map(|field| [&**field, field.rsplit('.').next().unwrap_or(field)]);
        let lower = name.to_lowercase();
        let meant = MEANT.iter().find(|(others, _)| others.contains(&&*lower)).map(|(_, meant)| *meant);
        if let Some(meant) = meant.filter(|meant| self.asked.field(meant).is_some()) {
            return Some(format!("{name}: no {} of that name; it is asked as {meant}", self.asked.held()));
        }
        let far = |known: &str| distance(&lower, &known.to_lowercase());
        let most = if name.chars().count() > 4 { 2 } else { 1 };
        let names: Vec<&str> = self.asked.names().collect();
        let near = names.into_iter().chain(known).map(|known| (far(known), known));
        match near.filter(|(far, known)| *far <= most && *far < known.len()).min_by_key(|(far, _)| *far) {
            // A name of the other one, and right there.
            _ if self.asked == Asked::Lines && Asked::Traces.field(name).is_some() => match &*lower {
                "status" if value.starts_with(|c: char| c.is_ascii_digit()) => {
                    Some(format!("{name}: no line has a field of that name"))
                }
                "status" => Some(format!(
                    "{name}{sign}{value}: of lines a code is asked, status:5xx; level>=error finds errors"
                )),
                _ => Some(format!("{name}: no line has a field of that name; {name} is asked of traces")),
            },
            _ if self.asked == Asked::Traces && Asked::Lines.field(name).is_some() => {
                Some(format!("{name}: no span has an attribute of that name; {name} is asked of log lines"))
            }
            Some((_, near)) => Some(format!("{name}: did you mean {near}?")),
            None if *sign != ":" => Some(format!("{name}: no {} of that name", self.asked.held())),
            // Only text, which nothing said; `db-1:5432` and `http://x` are no more than that.
            None if value.starts_with(char::is_alphabetic) => {
                Some(format!("{name}: no {} of that name, and none says {name}:{value}", self.asked.held()))
            }
            None => None,
        }
    }
}

/// What a word is in other languages of filters, where `next` stands behind it, and how that is said here.
fn word(part: &str, next: Option<&str>) -> Option<String> {
    let bare = part.strip_prefix('!').unwrap_or(part);
    match (bare, next) {
        ("and", Some(_)) => Some("and is looked for as a word: all parts must hold without it".to_owned()),
        ("or", Some(_)) => Some("or is looked for as a word: one of several is a pattern, /this|that/".to_owned()),
        ("not", Some(next)) => Some(format!("not is looked for as a word: what must not be there is !{next}")),
        _ if bare.starts_with('\'') && bare.len() > 1 => {
            Some(format!("{bare} is looked for with its quote: two words are \"two words\""))
        }
        _ if parse::named(bare).is_some() || bare.starts_with(['"', '/']) => None,
        _ => bare
            .split_once('|')
            .filter(|(a, b)| !a.is_empty() && !b.is_empty())
            .map(|_| format!("{bare} is looked for as it stands: one of several is a pattern, /{bare}/")),
    }
}

/// How many letters must be put in, left out, replaced or exchanged with the next to make one of the other.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().take(64).collect(), other.chars().take(64).collect());
    let mut rows = vec![(0..=other.len()).collect::<Vec<usize>>()];
    for (at, c) in one.iter().enumerate() {
        let before = &rows[at];
        let mut row = vec![at + 1];
        for (place, d) in other.iter().enumerate() {
            let mut least = (before[place + 1] + 1).min(row[place] + 1).min(before[place] + usize::from(c != d));
            if at > 0 && place > 0 && *c == other[place - 1] && one[at - 1] == *d {
                least = least.min(rows[at - 1][place - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(asked: Asked, text: &str, fields: &[&str]) -> Vec<String> {
        let mut hints = Hints::new(asked, text);
        fields.iter().for_each(|field| hints.see(&Arc::from(*field)));
        hints.tell(false)
    }

    #[test]
    fn the_nearest_name_that_is_known_is_offered() {
        assert_eq!(told(Asked::Lines, "servce:foo", &[]), ["servce: did you mean service?"]);
        assert_eq!(told(Asked::Lines, "level:warn !Lvel=x", &[]), ["Lvel: did you mean level?"]);
        assert_eq!(told(Asked::Traces, "oepration:x", &[]), ["oepration: did you mean operation?"]);
        assert_eq!(told(Asked::Lines, "regoin=eu", &["cloud.region"]), ["regoin: did you mean region?"]);
        assert_eq!(told(Asked::Traces, "tier=gold", &["zone"]), ["tier: no span has an attribute of that name"]);
        let none = "kind: no span has an attribute of that name, and none says kind:client";
        assert_eq!(told(Asked::Traces, "kind:client", &["zone"]), [none]);
        let level = told(Asked::Traces, "level=error", &["zone"]);
        assert!(level[0].ends_with("level is asked of log lines"), "{level:?}");
        assert!(told(Asked::Traces, "db-1:5432 http://x/y", &[]).is_empty());
    }

    #[test]
    fn a_part_of_a_value_a_value_that_is_missing_and_a_pattern_with_a_flag_are_asked_otherwise() {
        let part = "user:ana asks for the whole value; a part of it is found by user=.*ana.*";
        assert_eq!(told(Asked::Traces, "user:ana", &["app.user"]), [part]);
        let empty = "user= is looked for as text; any value is user=.*";
        assert_eq!(told(Asked::Traces, "user=", &["app.user"]), [empty]);
        assert!(told(Asked::Traces, "/CHARGE/i", &[]).is_empty(), "it is a pattern");
    }

    #[test]
    fn what_fits_needs_no_hint_and_what_a_field_holds_is_asked_otherwise() {
        let mut hints = Hints::new(Asked::Lines, "msg=hello !colour=red");
        hints.see(&Arc::from("region"));
        assert_eq!(hints.tell(true), ["colour: no line has a field of that name"]);
        let whole = "msg=hello asks for the whole value; a part of it is found by msg=.*hello.*";
        assert_eq!(hints.tell(false)[0], whole, "a message is a field that is always there");
        let field = told(Asked::Lines, "route:/pay", &["http.route"]);
        assert_eq!(field, ["route:/pay is looked for as text; the field is asked by route=/pay"]);
        let told = told(Asked::Lines, "status:error took:5", &[]);
        assert!(
            told[0].contains("status:5xx") && told[1].contains("of traces") && told[1].contains("no line"),
            "{told:?}"
        );
    }

    #[test]
    fn words_that_are_signs_elsewhere_are_told_where_nothing_is_found() {
        for (text, told_of) in [
            ("failed and slow", "all parts must hold"),
            ("failed or slow", "/this|that/"),
            ("not slow", "!slow"),
            ("'timed out'", "\"two words\""),
            ("failed|slow", "/failed|slow/"),
        ] {
            let told = told(Asked::Lines, text, &[]);
            assert!(told.iter().any(|hint| hint.contains(told_of)), "{text}: {told:?}");
            assert!(Hints::new(Asked::Lines, text).tell(true).is_empty(), "{text}");
        }
        assert!(told(Asked::Lines, "\"a|b\" /a|b/ user=a|b and", &["user"]).is_empty());
    }

    #[test]
    fn what_others_call_a_level_or_a_service_is_told_by_its_name_here() {
        let level = "severity: no line has a field of that name; it is asked as level";
        assert_eq!(told(Asked::Lines, "severity:error", &["user"]), [level]);
        assert!(told(Asked::Lines, "svc=orders", &[])[0].ends_with("asked as service"));
        assert!(told(Asked::Traces, "latency>1s", &[])[0].ends_with("asked as duration"));
        assert!(!told(Asked::Traces, "file:x", &[])[0].contains("asked as"), "spans have no source");
        assert!(!told(Asked::Lines, "app=x", &["app"])[0].contains("asked as"), "it is there");
        let none = "foo: no line has a field of that name, and none says foo:bar";
        assert_eq!(told(Asked::Lines, "foo:bar", &["user"]), [none]);
    }

    #[test]
    fn no_hint_leads_nowhere() {
        let slashes = told(Asked::Lines, "msg=/refreshed/", &[]);
        assert!(slashes[0].ends_with("msg=.*refreshed.*"), "{slashes:?}");
        let nothing = told(Asked::Lines, "status=", &["status"]);
        assert!(nothing[0].contains("any value is status=.*"), "{nothing:?}");
        assert!(told(Asked::Lines, "took>0.5s", &["took_ms"]).is_empty(), "there is such a field");
    }

    #[test]
    fn what_is_held_and_what_is_only_text_is_left_alone() {
        for text in ["status=5..", "\"servce:foo\"", "http://x/y", "12:30:00", "words", "/servce:x/"] {
            assert!(told(Asked::Lines, text, &["servce", "http.status_code"]).is_empty(), "{text}");
        }
    }
}
