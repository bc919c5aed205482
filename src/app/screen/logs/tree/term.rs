//! What is asked of lines by a part of an opened one: only those like it, or only others.

use super::{NO_PART, Node, State, under};
use crate::{
    app::{Model, msg::Effects, update::say},
    domain::{
        log::{BODY, Kind, LogFormat, LogLine, Part},
        query::Query,
    },
};

/// The longest value that is asked for whole, in characters; of longer ones the beginning.
const LONGEST_ASKED: usize = 120;

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
    super::super::renew(model);
    Effects::new()
}

/// What a filter asks for to find this part's value: the clearest way that finds the line itself.
pub fn term(line: &LogLine, node: &Node) -> Option<String> {
    let Part { path, value, .. } = &node.part;
    // What stands in the body of a record is a field by its own name.
    let within = path.strip_prefix(BODY).and_then(|path| path.strip_prefix('.'));
    let path = within.filter(|_| line.format == LogFormat::Otlp).unwrap_or(path.as_str());
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
    use crate::app::screen::logs::tree::Way;

    fn node(path: &str, kind: Kind, value: &str) -> Node {
        let part = Part { depth: 1, name: path.into(), path: path.into(), kind, value: value.into() };
        Node { part, open: false, last: vec![true], way: Way::None, own: false, typed: true, note: None, text: None }
    }

    #[test]
    fn a_value_of_a_list_and_an_empty_one_are_asked_of_their_fields() {
        let tags = r#"["a","b,c",null,1.5]"#;
        let line = LogLine {
            fields: vec![("tags".into(), tags.into()), ("empty".into(), "".into())],
            format: LogFormat::Json,
            raw: format!(r#"{{"tags":{tags},"empty":""}}"#).into_bytes().into(),
            ..LogLine::said(0, "a")
        };
        assert_eq!(term(&line, &node("tags.0", Kind::Text, "a")).as_deref(), Some(r"tags=.*\x22a\x22.*"));
        assert_eq!(term(&line, &node("tags.3", Kind::Number, "1.5")).as_deref(), Some(r"tags=.*[\[,]1\.5[,\]].*"));
        assert_eq!(term(&line, &node("empty", Kind::Text, "")).as_deref(), Some("empty=\"\""));
    }
}
