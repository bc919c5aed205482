//! Secrets in text of any kind: pairs of name and value in all notations, elements of XML, options of command lines, headers,
//! and what is known by its shape. JSON that is whole is walked elsewhere; a piece of it is text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::change::{changed, is_untold, old_end};
use super::command::is_odd;
use super::fact::{is_fact, says_none};
use super::name::is_secret_key;
use super::shape;
use super::value::value;
use super::{Edit, MASK, weak};

/// A name and what parts it from its value: `"key": `, `key=`, `key: `, `key => `, `key%3D`, `--key `, `<key>`, `key is `,
/// `("key", `, `"name":"key","value":`. Nothing of the value: what follows a name that is no secret's may itself hold one, as in `error: password=`.
/// Of bytes, since what may stand in quotes is a hundred times as large an expression where it is of characters; what is found
/// begins and ends beside a character of ASCII.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"\\*["'](?i:name|key|header)\\*["']\s?:\s?\\*["'](?P<listed>(?-u:[^"'\\\n]){1,128})\\*["']\s?,(?-u:\s){0,64}\\*["'](?i:raw_?)?(?i:values?)\\*["']\s?:\s?"#,
        r#"|(?:\(|\[\s?\[|\]\s?,\s?\[)\s?b?\\*["'](?P<pair>(?-u:[^"'\\\n]){1,128})\\*["']\s?,\s?"#,
        r#"|\{\s?(?:<<\\*"|:)?(?P<term>[A-Za-z_][A-Za-z0-9_@]{0,63})(?:\\*">>)?\s?,\s?"#,
        r#"|(?P<quote>\\*["'])(?P<told>(?-u:[^"'\\\n]){1,128})\\*["'](?:\]|>>)?(?:(?:[ \t]{5,64}|\s{0,4})(?:=>|:=|=|::|:)(?:[ \t]{5,64}|\s{0,4})|[ \t]{1,64}->[ \t]{1,64})"#,
        r#"|(?:--|(?-u:\B)-)(?P<option>[A-Za-z][A-Za-z0-9_.\x2d]{0,63})(?:\s{1,4}|=|\\*["'],\s?)"#,
        r#"|<(?P<element>[A-Za-z][A-Za-z0-9_.:\x2d]{0,63})(?:\s(?-u:[^<>\n]){0,200})?>"#,
        r#"|(?P<name>(?P<two>(?i:api|access|secret|mot\sde)\s)?[A-Za-z][A-Za-z0-9_.\x2dñÑ]{0,63})(?:\[[0-9]*\])?(?:`\s{0,4}=\s{0,4}|\\*["']?(?:(?:[ \t]{5,64}|\s{0,4})(?:=>|:=|=|::|:)(?:[ \t]{5,64}|\s{0,4})|[ \t]{1,64}->[ \t]{1,64}|%3[dDaA]|\]\s{0,4}=>?\s{0,4}|%5[dD](?:=|%3[dD])))"#,
        r#"|(?-u:\b)(?P<said>[A-Za-z][A-Za-z0-9_.\x2d]{0,63})\s(?i:is|was)(?:\s{1,4}|:\s{0,4})"#,
    ))
    .expect("a constant expression, compiled by a test")
});

/// No name, with what is about it, is longer, in bytes: an element with its attributes.
const LONGEST_NAME: usize = 320;

/// Names in a query whose values are secret there and nowhere else: a signed link's `sig`.
const SECRET_IN_QUERY: &[&str] = &["sig", "signature", "x-amz-signature", "x-goog-signature"];

/// The same where the value looks like one, too: a login's `code`, which may be an error's, an API's `key`, which may be a word.
const WEAK_IN_QUERY: &[&str] = &["key", "code"];

/// The shortest of those, in bytes.
const LEAST_ASKED: usize = 8;

/// So much of what stands behind a weak name is looked at, in bytes, before it is taken for a secret.
const MOST_WEAK: usize = 512;

/// What must be replaced in a text, in order.
pub(super) fn edits(text: &str) -> Vec<Edit> {
    let mut edits = named(text);
    edits.extend(shape::edits(text));
    super::in_order(&mut edits);
    edits
}

/// What stands beside the name of a secret.
fn named(text: &str) -> Vec<Edit> {
    let (mut edits, mut from) = (Vec::new(), 0);
    for stretch in stretches(text) {
        from = named_in(text, &text[..stretch.end], from.max(stretch.start), &mut edits);
    }
    edits
}

/// Where names may stand: all of a text but the inside of what is longer than they can be, as a picture in base64 is.
fn stretches(text: &str) -> Vec<Range<usize>> {
    let is_of_run = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'.' | b'-');
    let (mut all, mut begin, mut at) = (Vec::new(), 0, 0);
    while at < text.len() {
        let run = text.as_bytes()[at..].iter().take_while(|byte| is_of_run(byte)).count();
        if run > 2 * LONGEST_NAME {
            all.push(begin..at + LONGEST_NAME);
            begin = at + run - LONGEST_NAME;
        }
        at += run + 1;
    }
    all.push(begin..text.len());
    all
}

/// The same of one stretch, from a place in it on; how far it came. A value may be longer than the stretch.
fn named_in(text: &str, stretch: &str, mut from: usize, edits: &mut Vec<Edit>) -> usize {
    let (mut tag_end, mut looked_at) = (0, 0);
    while from <= stretch.len()
        && let Some(found) = NAME.captures_at(stretch.as_bytes(), from)
    {
        let all = found.get_match();
        let begin = all.end();
        from = begin;
        let part = |group: &str| found.name(group).map(|it| &stretch[it.range()]);
        if let Some(element) = found.name("element") {
            let name = &stretch[element.range()];
            if is_secret_key(name.rsplit(':').next().unwrap_or(name)) {
                let end = content_end(text, name, begin, &mut looked_at);
                if !text[begin..end].trim().is_empty() {
                    edits.push((begin..end, MASK.to_owned()));
                }
                from = end;
            } else {
                // Its attributes have names of their own.
                (from, tag_end) = (element.end(), begin);
            }
            continue;
        }
        let name =
            ["told", "option", "name", "listed", "pair", "said", "term"].into_iter().find_map(part).unwrap_or_default();
        // A name that is a secret's only in two words may be two words of a sentence.
        let is_two = part("two").is_some_and(|two| !is_secret_key(&name[two.len()..]));
        let is_said = part("said").is_some() || is_two && !text[begin..].starts_with(['"', '\'']);
        if is_said && !may_be_said(&text[begin..]) {
            continue;
        }
        // In a term of Erlang's a text stands behind the name; else it is code that takes something apart.
        let is_term = all.as_bytes()[0] == b'{';
        if is_term && !text[begin..].trim_start_matches("<<").trim_start_matches('\\').starts_with('"') {
            continue;
        }
        // A list of a command's words has the next in quotes, too; code has a name there.
        let is_listed = part("option").is_some() && all.as_bytes().contains(&b',');
        if is_listed && !text[begin..].trim_start_matches('\\').starts_with(['"', '\'']) {
            continue;
        }
        let asked = text[..all.start()].ends_with(['?', '&']);
        // What Go's tests say of one that passed.
        if name == "PASS" && part("name").is_some() && all.as_bytes() == b"PASS: " {
            continue;
        }
        let is_one = |of: &[&str]| asked && of.iter().any(|it| it.eq_ignore_ascii_case(name));
        let secret = is_secret_key(name) || is_one(SECRET_IN_QUERY);
        let asked_weak = !secret && is_one(WEAK_IN_QUERY);
        let is_weak = !secret && (asked_weak || weak::is_weak_key(name));
        if !secret && !is_weak {
            // What stood in quotes may be a value, with a name of its own in it.
            if let Some(told) = found.name("told") {
                from = told.start().max(all.start() + 1);
            }
            continue;
        }
        let whole = &stretch[all.range()];
        // A class of Java's lies below the names of its packages; code has arrows, too.
        if is_class(name) || whole.trim_end().ends_with("->") && !is_told(&text[begin..]) {
            continue;
        }
        // Behind Go's and Python's `:=` stands a secret where a text does; else it is code.
        if whole.trim_end().ends_with(":=") && !text[begin..].starts_with(['"', '\'', '`', '\\']) {
            continue;
        }
        let is_header = whole.trim_end().ends_with(':');
        let in_prose = part("name").is_some() && is_header && whole.ends_with(char::is_whitespace);
        let in_prose = in_prose && !whole.contains(['"', '\'', '`', '\\']);
        // The program of this name says of whose password it tells.
        let is_program = name == "chpasswd" || name == "passwd" && text[begin..].starts_with("password for ");
        if in_prose && (is_program || says_none(&text[..all.start()], &text[begin..])) {
            continue;
        }
        if is_weak {
            let looks = |told: &str| match asked_weak {
                true => told.len() >= LEAST_ASKED && weak::is_random(told),
                false => weak::is_secret(name, told),
            };
            if let Some((range, with)) = weakly(&text[begin..], name, looks) {
                from = begin + range.end;
                edits.push((begin + range.start..begin + range.end, with));
            }
            continue;
        }
        // Spring's words, behind which the value stands.
        if let Some(rejected) = text[begin..].strip_prefix("rejected value [") {
            let end = rejected.find(']').unwrap_or(rejected.len());
            from = text.len() - rejected.len() + end;
            if !is_fact(name, &rejected[..end]) && end > 0 {
                edits.push((text.len() - rejected.len()..from, MASK.to_owned()));
            }
        } else if part("told").is_some() && says_of_one(&text[begin..]) {
            // The next sentence: `for volume "a-secret" : secret "b" not found`
        } else if let Some(end) = block(text, begin) {
            from = end;
            edits.push((begin..end, MASK.to_owned()));
        } else if !is_untold(&text[begin..])
            && let Some((mut range, with)) = value(&text[begin..], name, part("quote"), (is_header, in_prose))
        {
            // What ends a tag is no part of the last attribute's value in no quotes.
            if begin + range.end == tag_end && !with.ends_with(['"', '\'']) {
                range.end -= 1;
            }
            // A list of pairs has a name behind each comma.
            let may_go_on = with == MASK && !is_header && !asked && part("quote").is_none();
            if may_go_on && text.as_bytes().get(begin + range.end) == Some(&b',') {
                range.end += more(&text[begin + range.end..]);
            }
            from = begin + range.end;
            edits.push((begin + range.start..begin + range.end, with));
            from += changed(&text[from..], name, from, edits);
        } else {
            // What was before may be none, or be masked already.
            let end = begin + old_end(&text[begin..]);
            let more = changed(&text[end..], name, end, edits);
            from = if more > 0 { end + more } else { from };
        }
    }
    from
}

/// How far a value goes on behind a comma, and the next: to what begins a pair, or may not be in a value.
fn more(text: &str) -> usize {
    let mut end = 0;
    while let Some(rest) = text[end..].strip_prefix(',') {
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&' | '"' | '\'' | ']' | '}' | '<');
        let part = rest.find(ends).unwrap_or(rest.len());
        if part == 0 || begins_pair(rest) || rest[part..].starts_with(['"', '\'']) {
            break;
        }
        end += 1 + part;
    }
    end
}

/// Whether a text begins with a name and a value of its own; what fills up a text in base64 parts none.
fn begins_pair(text: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']');
    let value = text.trim_start_matches(is_of_name).strip_prefix('=');
    !text.starts_with('=') && value.is_some_and(|value| value.starts_with(|c: char| c != '=' && !c.is_whitespace()))
}

/// So far behind a tag its end is looked for in any case, in bytes; further only while all that was looked at is no more than a
/// few times the text, which may be of tags that never end.
const LEAST_CONTENT: usize = 4 << 10;

/// Where what stands in an element of XML ends whose tag ends there.
fn content_end(text: &str, element: &str, begin: usize, looked_at: &mut usize) -> usize {
    let rest = &text[begin..];
    let most = (4 * text.len()).saturating_sub(*looked_at).max(LEAST_CONTENT).min(rest.len());
    let end = memchr::memmem::find(&rest.as_bytes()[..most], format!("</{element}").as_bytes());
    *looked_at += end.unwrap_or(most);
    // One that is not ended is what follows at once.
    let run = || rest.find(|c: char| c.is_whitespace() || c == '<').unwrap_or(rest.len());
    begin + end.unwrap_or_else(run)
}

/// What stands behind a weak name, where it looks like a secret. By its beginning it is known, so that many such names in a text
/// cost no more than it is long.
fn weakly(text: &str, name: &str, looks: impl Fn(&str) -> bool) -> Option<Edit> {
    if text.starts_with(['{', '[', '(']) {
        return None;
    }
    let head = &text[..(0..=text.len().min(MOST_WEAK)).rev().find(|end| text.is_char_boundary(*end))?];
    let (range, _) = value(head, name, None, (false, false))?;
    if !looks(head[range].trim_matches(['"', '\'', '\\'])) {
        return None;
    }
    value(text, name, None, (false, false))
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

/// Whether a name is one of a class that tells of an error: `io.jsonwebtoken.ExpiredJwtException`.
fn is_class(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, own)| {
        ["Exception", "Error"].iter().any(|end| own.len() > end.len() && own.ends_with(end))
            && own.starts_with(|c: char| c.is_ascii_uppercase())
    })
}

/// Whether what stands behind an arrow is a value: code has words there.
fn is_told(text: &str) -> bool {
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    text.starts_with(['"', '\'', '\\']) || is_odd(word) && !word.contains(['(', '{', '<'])
}

/// Whether a text tells of a secret by its name: `secret "db" not found`.
fn says_of_one(text: &str) -> bool {
    let end = text.bytes().take(LONGEST_NAME).take_while(u8::is_ascii_lowercase).count();
    text[end..].starts_with(" \"") && is_secret_key(&text[..end])
}

/// Where a block of YAML's ends that begins here with `|` or `>`: its lines are indented further than the name's.
fn block(text: &str, begin: usize) -> Option<usize> {
    // Looked at is no more than the marks: a line may be long, and have many names.
    let marks = text[begin..].strip_prefix(['|', '>'])?;
    let lines = marks.trim_start_matches(['+', '-', ' ', '\t', '\r']).trim_start_matches(|c: char| c.is_ascii_digit());
    let lines = lines.trim_start_matches(['+', '-', ' ', '\t', '\r']).strip_prefix('\n')?;
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
