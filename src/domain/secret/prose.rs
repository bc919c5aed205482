//! Secrets in text of any kind: pairs of name and value in all notations, elements of XML, options of command lines, headers,
//! and what is known by its shape. JSON that is whole is walked elsewhere; a piece of it is text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::fact::{is_fact, says_why};
use super::field::is_field;
use super::name::is_secret_key;
use super::shape::{self, expression};
use super::{Edit, MASK};

/// A name and what parts it from its value: `"key": `, `key=`, `key: `, `key => `, `key%3D`, `--key `, `<key>`, `key is `,
/// `("key", `, `"name":"key","value":`. Nothing of the value: what follows a name that is no secret's may itself hold one, as in `error: password=`.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    expression(concat!(
        r#"\\*["'](?i:name|key|header)\\*["']\s?:\s?\\*["'](?P<listed>[^"'\\\n]{1,128})\\*["']\s?,\s?\\*["'](?i:raw_?)?(?i:values?)\\*["']\s?:\s?"#,
        r#"|(?:\(|\[\s?\[|\]\s?,\s?\[)\s?b?\\*["'](?P<pair>[^"'\\\n]{1,128})\\*["']\s?,\s?"#,
        r#"|(?P<quote>\\*["'])(?P<told>[^"'\\\n]{1,128})\\*["']\s{0,4}(?:=>|=|:)\s{0,4}"#,
        r#"|(?:--|(?-u:\B)-)(?P<option>[A-Za-z][A-Za-z0-9_.\x2d]{0,63})(?:\s{1,4}|=)"#,
        r#"|<(?P<element>[A-Za-z][A-Za-z0-9_.:\x2d]{0,63})(?:\s[^<>\n]{0,200})?>"#,
        r#"|(?P<name>[A-Za-z][A-Za-z0-9_.\x2d]{0,63})(?:\[[0-9]*\])?\\*["']?(?:\s{0,4}(?:=>|=|:)\s{0,4}|%3[dDaA])"#,
        r#"|(?-u:\b)(?P<said>[A-Za-z][A-Za-z0-9_.\x2d]{0,63})\s(?i:is|was)\s{1,4}"#,
    ))
});

/// The value at the beginning of a text.
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?x)^
        (?: (?i:b|u|r|br|rb)?(?:"(?:[^"\\]|\\.)*"? | '[^']*'?) | (?i:bearer|basic|digest|token|apikey|negotiate|ntlm|hawk|signature)\s+[^\s,;"']+ | [^\s,;&"'\]\}<]+ )"#,
    )
});

/// All pairs of a header of cookies.
static COOKIES: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?x)^ PAIR (?: \s{0,4}[;,]\s{0,4} PAIR )* ;?"#
            .replace("PAIR", r#"(?: (?i:expires)=[A-Za-z]{3},?\s\d{1,2}[\s-][A-Za-z]{3}[\s-]\d{2,4}\s[\d:]{8}\s[A-Z]{3} | [^\s;,"'\]\}=]+ (?: =(?:"[^"]*" | [^\s;,"'\]\}]*) )? )"#)
            .as_str(),
    )
});

/// What authorizes: a scheme and what it asks for, or a text.
static SCHEME: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?x)^ (?: [A-Za-z][A-Za-z0-9-]{0,31}\s{1,4} )? [^\s,;"'\]\}]+ (?:"[^"\n]*")? (?: [\s,]{1,4} [A-Za-z][\w-]{0,31}=(?: \\*"[^"\n]*" | [^\s,;"'\]\}]* ) )*"#,
    )
});

/// Names in a query whose values are secret there and nowhere else: a signed link's `sig`, a login's `code`, an API's `key`.
const SECRET_IN_QUERY: &[&str] = &["key", "sig", "signature", "code", "x-amz-signature", "x-goog-signature"];

/// What must be replaced in a text, in order.
pub(super) fn edits(text: &str) -> Vec<Edit> {
    let mut edits = named(text);
    edits.extend(shape::edits(text));
    edits.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    edits
}

/// What stands beside the name of a secret.
fn named(text: &str) -> Vec<Edit> {
    let (mut edits, mut from) = (Vec::new(), 0);
    while let Some(found) = NAME.captures_at(text, from) {
        let begin = found.get_match().end();
        from = begin;
        let part = |group: &str| found.name(group).map(|it| it.as_str());
        if let Some(element) = part("element") {
            if is_secret_key(element.rsplit(':').next().unwrap_or(element)) {
                let rest = &text[begin..];
                // One that is not ended is what follows at once.
                let run = || rest.find(|c: char| c.is_whitespace() || c == '<').unwrap_or(rest.len());
                let end = begin + rest.find(&format!("</{element}")).unwrap_or_else(run);
                if !text[begin..end].trim().is_empty() {
                    edits.push((begin..end, MASK.to_owned()));
                }
                from = end;
            }
            continue;
        }
        let name = ["told", "option", "name", "listed", "pair", "said"].into_iter().find_map(part).unwrap_or_default();
        if part("said").is_some() && !may_be_said(&text[begin..]) {
            continue;
        }
        let asked = text[..found.get_match().start()].ends_with(['?', '&']);
        // What Go's tests say of one that passed.
        if name == "PASS" && found.get_match().as_str().ends_with(": ") {
            continue;
        }
        let secret = is_secret_key(name) || asked && SECRET_IN_QUERY.iter().any(|it| it.eq_ignore_ascii_case(name));
        if !secret {
            // What stood in quotes may be a value, with a name of its own in it.
            if let Some(told) = found.name("told") {
                from = told.start().max(found.get_match().start() + 1);
            }
            continue;
        }
        let whole = found.get_match().as_str();
        let is_header = whole.trim_end().ends_with(':');
        let in_prose = part("name").is_some() && is_header && whole.ends_with(char::is_whitespace);
        let in_prose = in_prose && !whole.contains(['"', '\'', '\\']);
        if let Some(end) = block(text, begin) {
            from = end;
            edits.push((begin..end, MASK.to_owned()));
        } else if let Some((range, with)) = value(&text[begin..], name, part("quote"), (is_header, in_prose)) {
            from = begin + range.end;
            edits.push((begin + range.start..begin + range.end, with));
        }
    }
    edits
}

/// Where a block of YAML's ends that begins here with `|` or `>`: its lines are indented further than the name's.
fn block(text: &str, begin: usize) -> Option<usize> {
    let (mark, lines) = text[begin..].split_once('\n')?;
    let mark = mark.strip_prefix(['|', '>'])?;
    if !mark.trim().chars().all(|c| matches!(c, '+' | '-' | '0'..='9')) {
        return None;
    }
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let of_name = indent(&text[text[..begin].rfind('\n').map_or(0, |at| at + 1)..begin]);
    let (first, mut end) = (text.len() - lines.len(), text.len() - lines.len());
    for line in lines.split_inclusive('\n') {
        if !line.trim().is_empty() && indent(line) <= of_name {
            break;
        }
        end += line.len();
    }
    (end > first).then(|| text[..end].trim_end().len())
}

/// Whether what a sentence says of a secret may be it: no plain word is, as in `the token is expired`.
fn may_be_said(text: &str) -> bool {
    let end = text.find(|c: char| c.is_whitespace()).unwrap_or(text.len());
    let word = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    let is_plain = word.chars().all(|c| c.is_ascii_lowercase() || c == '\'');
    // An abbreviation, or the first word of a sentence.
    let is_short = word.len() <= 4 && word.chars().all(|c| c.is_ascii_alphabetic());
    !is_short && (!is_plain || word.starts_with('\''))
}

/// The secret at the beginning of a text, and what stands there instead; how it was named: as a header, as in a sentence.
fn value(text: &str, name: &str, quote: Option<&str>, (is_header, in_prose): (bool, bool)) -> Option<Edit> {
    if text.starts_with(['{', '[']) {
        let end = container(text);
        let quote = quote.unwrap_or_default();
        let inner = text[..end].trim_matches(['{', '}', '[', ']', ' ']);
        return (!inner.is_empty()).then(|| (0..end, format!("{quote}{MASK}{quote}")));
    }
    let lower = name.to_ascii_lowercase();
    if text.starts_with('\\') && text.trim_start_matches('\\').starts_with('"') {
        let end = string(text);
        return Some((0..end, masked(&text[..end])?));
    }
    let header = match () {
        () if text.starts_with(['"', '\'']) => None,
        () if lower.contains("cookie") => COOKIES.find(text),
        () if is_header && lower.ends_with("authorization") => SCHEME.find(text),
        () => None,
    };
    let found = header.or_else(|| VALUE.find(text))?.range();
    let is_plain = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '\'' | '.' | ',' | ';');
    let told = text[found.clone()].trim_end_matches(['.', ')', ';']);
    let is_why = in_prose && says_why(text) && header.is_none_or(|header| header.as_str().chars().all(is_plain));
    if is_why || is_fact(name, told) {
        return None;
    }
    // A scheme alone, behind which the next field stands.
    let end = match text[found.clone()].split_once([' ', '\t']) {
        Some((scheme, rest)) if header.is_none() && begins_field(rest.trim_start()) => scheme.len(),
        _ => found.end,
    };
    Some((found.start..end, masked(&text[found.start..end])?))
}

/// Whether a text begins with the name of a field.
fn begins_field(text: &str) -> bool {
    text.find('=').is_some_and(|end| is_field(&text[..end], &text[end..]))
}

/// Where an object or a list ends that begins a text; its end, where it does not.
fn container(text: &str) -> usize {
    // In a text within a text each quote is escaped, once or more: by the first it is known which of them part strings.
    let first = text.find('"').map_or(0, |at| text[..at].len() - text[..at].trim_end_matches('\\').len());
    let (mut depth, mut quoted, mut escaped) = (0usize, false, 0usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\\' => {
                escaped += 1;
                continue;
            }
            b'"' if escaped % (2 * (first + 1)) == first => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        escaped = 0;
    }
    text.len()
}

/// Where a string whose quotes are escaped ends.
fn string(text: &str) -> usize {
    let first = text.len() - text.trim_start_matches('\\').len();
    let mut escaped = 0;
    for (at, byte) in text.bytes().enumerate().skip(first + 1) {
        match byte {
            b'\\' => escaped += 1,
            b'"' if escaped % (2 * (first + 1)) == first => return at + 1,
            _ => escaped = 0,
        }
    }
    text.len()
}

/// The mask within the quotes of what it stands for; `None` for nothing.
fn masked(value: &str) -> Option<String> {
    if let Some(quote) = value.find(['"', '\'']).filter(|at| (1..=2).contains(at))
        && value[..quote].chars().all(|c| matches!(c.to_ascii_lowercase(), 'b' | 'u' | 'r'))
    {
        // A literal of Python's.
        return masked(&value[quote..]).map(|told| format!("{}{told}", &value[..quote]));
    }
    let slashes: Range<usize> = 0..value.len() - value.trim_start_matches('\\').len();
    let quotes = [format!("{}\"", &value[slashes]), "'".to_owned()];
    for quote in &quotes {
        if let Some(inner) = value.strip_prefix(quote.as_str()) {
            return match inner.strip_suffix(quote.as_str()) {
                Some("") => None,
                Some(_) => Some(format!("{quote}{MASK}{quote}")),
                None if inner.is_empty() => None,
                None => Some(format!("{quote}{MASK}")),
            };
        }
    }
    Some(MASK.to_owned())
}
