//! The level at the front of a line of text. Behind a time it may have a thread, a logger, a pid or who says it before it,
//! where frameworks write them; these become fields, and any other word stays in the message. A word further on is no level,
//! and one that is not written as a level is none: `error reading file` tells what happened, not how bad it is.

use std::borrow::Cow;

use super::Told;
use crate::domain::log::Level;
use crate::telemetry::logs::level;

/// What stands between a time and the level, at most: a pid, a logger, a thread.
const MOST: usize = 5;
/// The longest of them, in bytes.
const LONGEST: usize = 64;
/// Words that are levels to some loggers and words to all others.
const ODD: &[&str] = &["http", "all", "fine", "config", "success"];
/// Words that begin sentences too: `CRITICAL section entered`. Without a time before it one is a level only with a mark.
const SAID: &[&str] = &["ALERT", "EMERG", "EMERGENCY", "NOTICE", "CRITICAL", "PANIC"];

/// The fields of a line.
type Fields<'a> = Vec<(Cow<'a, str>, Told<'a>)>;

/// A piece of the front.
#[derive(Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    /// It stands in brackets, which are not part of it.
    in_brackets: bool,
    /// What parts it from what is before it, where that is more than a blank: `|`, or a dash alone.
    by: Option<u8>,
    /// From its first byte on.
    from: &'a str,
    after: &'a str,
}

/// The level of the very first word, and what follows it: only in capitals, in brackets, or before a colon.
pub(super) fn first(text: &str) -> Option<(Level, &str)> {
    let token = Token::next(text)?;
    let level = match token.in_brackets {
        true => marked(token.text).or_else(|| letter(token.text)),
        false => word(token, true).filter(|_| !SAID.contains(&token.text)),
    };
    level.map(|level| (level, token.after)).or_else(|| python(token))
}

/// The level of a first word that is one only where a time follows: `CRITICAL 2026-11-26 07:00:00`.
pub(super) fn said(text: &str) -> Option<(Level, &str)> {
    // Cheap to say no.
    if !text.trim_start().starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let token = Token::next(text)?;
    let level = is_capital(token.text).then(|| level::by_word(token.text))?;
    level.map(|level| (level, token.after))
}

/// The level of a line whose time is its first column, and the others as they are: `,api,error,"text, and more"`. It is one of
/// the next columns, and that word alone.
pub(super) fn column(text: &str) -> Option<(Level, &str)> {
    let mark = text.chars().next().filter(|c| matches!(c, ',' | ';'))?;
    // What a quoted text has in it are no columns.
    let mut columns = text[1..].split(mark).take(MOST).take_while(|told| !told.starts_with('"') || told.ends_with('"'));
    columns.find_map(|told| marked(told.trim_matches(['"', ' ']))).map(|level| (level, &text[1..]))
}

/// The level behind a time, and the text that follows it, or what came before it too where that may be of the message.
pub(super) fn behind_time<'a>(text: &'a str, fields: &mut Fields<'a>) -> Option<(Level, &'a str)> {
    let before = fields.len();
    let mut rest = text.strip_prefix(':').unwrap_or(text);
    let (mut is_first, mut are_brackets, mut stays) = (true, true, None);
    for _ in 0..MOST {
        let token = Token::next(rest)?;
        let level = match token.in_brackets {
            true => {
                let level = marked(token.text).filter(|_| stays.is_none() || is_capital(token.text));
                // MySQL's.
                let is_note = || stays.is_none() && matches!(token.text, "Note" | "System");
                level.or_else(|| letter(token.text).filter(|_| is_first)).or_else(|| is_note().then_some(Level::Info))
            }
            // `[orders] error: message`, as winston's users print it.
            false => word(token, is_first || are_brackets && token.text.ends_with(':')),
        };
        if let Some(level) = level {
            if stays.is_some() {
                fields.truncate(before);
            }
            if token.in_brackets {
                mysql(token, &mut fields[before..]);
            }
            return Some((level, stays.unwrap_or(token.after)));
        }
        if let Some(found) = apache(token, fields)
            .or_else(|| postgres(token, &fields[before..]))
            .or_else(|| android(token, &mut fields[before..]))
        {
            return Some(found);
        }
        if is_first && let Some(found) = python(token).or_else(|| php(token, fields)).or_else(|| celery(token, fields))
        {
            return Some(found);
        }
        if let Some(after) = nobody(token) {
            (is_first, are_brackets, rest) = (false, false, after);
            continue;
        }
        // `host app[12]: ERROR`.
        let is_process = process(token.text).is_some() && !token.in_brackets;
        if stays.is_some() && !is_process || token.text.len() > LONGEST {
            break;
        }
        if !named(token, fields) {
            if !is_first || !is_plain(token.text) {
                break;
            }
            stays = Some(rest);
        }
        (is_first, are_brackets) = (false, are_brackets && token.in_brackets);
        // `[12]: [1-1] user=…`.
        rest = token.after.strip_prefix(':').filter(|_| token.in_brackets).unwrap_or(token.after);
    }
    fields.truncate(before);
    None
}

impl<'a> Token<'a> {
    fn next(text: &'a str) -> Option<Token<'a>> {
        let mut rest = text.trim_start();
        let mut by = None;
        while let Some(mark @ (b'|' | b'-')) = rest.as_bytes().first().copied() {
            let after = &rest[1..];
            if mark == b'-' && !after.is_empty() && !after.starts_with(char::is_whitespace) {
                break;
            }
            (by, rest) = (Some(mark), after.trim_start());
        }
        let close = match rest.as_bytes().first()? {
            b'[' => Some(b']'),
            b'<' => Some(b'>'),
            b'(' => Some(b')'),
            b'{' => Some(b'}'),
            _ => None,
        };
        let end = close.and_then(|close| rest.bytes().take(LONGEST).position(|byte| byte == close));
        // `{taskinstance.py:12}`, as Airflow writes it; what else stands in such brackets is the text's.
        let is_place = |inner: &str| inner.split_once(':').is_some_and(|(file, line)| is_file(file) && is_number(line));
        let end = end.filter(|end| !rest.starts_with('{') || is_place(&rest[1..*end]));
        if let Some(end) = end {
            return Some(Token {
                text: rest[1..end].trim(),
                in_brackets: true,
                by,
                from: rest,
                after: &rest[end + 1..],
            });
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '|').unwrap_or(rest.len());
        let (text, after) = rest.split_at(end);
        Some(Token { text, in_brackets: false, by, from: rest, after })
    }

    /// Whether it is a field between two of these marks.
    fn is_between(&self, mark: u8) -> bool {
        let after = self.after.trim_start();
        self.by == Some(mark)
            && after.as_bytes().first() == Some(&mark)
            && (mark != b'-' || after[1..].starts_with(char::is_whitespace))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_file(text: &str) -> bool {
    text.contains('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/'))
}

/// `ERROR`, or `INFO+2` as Go writes a level between two.
fn is_capital(word: &str) -> bool {
    let end = word.bytes().position(|b| !b.is_ascii_uppercase()).unwrap_or(word.len());
    let rest = word[end..].strip_prefix(['+', '-']);
    end > 2 && (end == word.len() || rest.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())))
}

fn is_odd(word: &str) -> bool {
    ODD.iter().any(|odd| word.eq_ignore_ascii_case(odd))
}

/// The level of a word in brackets.
fn marked(word: &str) -> Option<Level> {
    let is_whole = word.len() > 2 && (is_capital(word) || word.bytes().all(|b| b.is_ascii_alphabetic()));
    level::by_word(word).filter(|_| is_whole && (is_capital(word) || !is_odd(word)))
}

/// The level of a letter alone in brackets.
fn letter(word: &str) -> Option<Level> {
    word.bytes().next().filter(|_| word.len() == 1).and_then(level::by_letter)
}

/// The level of a word that is written as one: in capitals; between marks; as the first also before a colon, or as a
/// column of its own.
fn word(token: Token<'_>, is_first: bool) -> Option<Level> {
    let bare = token.text.trim_end_matches([':', ']', ',']);
    if bare.len() < 3 || bare.len() > 16 {
        return None;
    }
    let is_told = token.is_between(b'|') || token.is_between(b'-');
    let is_marked = token.text.ends_with([':', ']']) && !is_count(token.after);
    let is_column = token.after.starts_with(['\t', '|']) || token.after.starts_with("  ");
    let is_one = match is_capital(bare) {
        true => is_told || is_marked || !is_odd(bare),
        false => is_told || is_first && (is_column || is_marked && token.text.len() == bare.len() + 1) && !is_odd(bare),
    };
    is_one.then(|| level::by_word(bare)).flatten()
}

/// Whether a number alone follows, as in `error: 0, warn: 3`: that is how many.
fn is_count(after: &str) -> bool {
    let rest = after.trim_start();
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    end > 0 && matches!(rest.as_bytes().get(end), None | Some(b',' | b';'))
}

/// `INFO:root:message`, as Python writes it.
fn python(token: Token<'_>) -> Option<(Level, &str)> {
    let (first, _) = token.text.split_once(':').filter(|(first, _)| !token.in_brackets && is_capital(first))?;
    level::by_word(first).map(|level| (level, &token.from[first.len() + 1..]))
}

/// `production.ERROR: message`, as PHP's frameworks write it.
fn php<'a>(token: Token<'a>, fields: &mut Fields<'a>) -> Option<(Level, &'a str)> {
    let (channel, last) = token.text.strip_suffix(':')?.rsplit_once('.')?;
    let level = level::by_word(last).filter(|_| !token.in_brackets && is_capital(last))?;
    fields.push(("channel".into(), Told::text(channel)));
    Some((level, token.after))
}

/// `[core:error] [pid 1:tid 2] message`, as Apache writes it; `[web.server#error] message` is Twisted's.
fn apache<'a>(token: Token<'a>, fields: &mut Fields<'a>) -> Option<(Level, &'a str)> {
    let (module, word) = token.text.split_once([':', '#']).filter(|_| token.in_brackets)?;
    let is_name =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.'));
    // Of traces it has eight.
    let level = level::by_word(word.trim_end_matches(|c: char| c.is_ascii_digit())).filter(|_| is_name(module))?;
    fields.push(("logger".into(), Told::text(module)));
    let mut rest = token.after;
    if let Some((told, after)) = rest.trim_start().strip_prefix("[pid ").and_then(|rest| rest.split_once(']')) {
        let (pid, thread) = told.split_once(":tid ").map_or((told, None), |(pid, thread)| (pid, Some(thread)));
        fields.push(("pid".into(), Told::text(pid)));
        fields.extend(thread.map(|thread| ("thread".into(), Told::text(thread))));
        rest = after;
    }
    Some((level, rest))
}

/// `0 [Warning] [MY-010051] message`, as MySQL and MariaDB write it: the number is the thread's.
fn mysql(token: Token<'_>, fields: &mut [(Cow<'_, str>, Told<'_>)]) {
    let [(key, told)] = fields else { return };
    let is_its = matches!(token.text, "Note" | "System" | "Warning") || token.after.trim_start().starts_with("[MY-");
    if key == "pid" && (is_its || told.text == "0") {
        *key = "thread".into();
    }
}

/// `[12] LOG:  message`, as PostgreSQL writes it; behind its pid also what goes on with the line before it, and has no level.
fn postgres<'a>(token: Token<'a>, fields: &[(Cow<'a, str>, Told<'a>)]) -> Option<(Level, &'a str)> {
    let word = token.text.strip_suffix(':').filter(|_| !token.in_brackets)?;
    if word == "LOG" {
        return Some((Level::Info, token.after));
    }
    (goes_on(word) && fields.iter().any(|(key, _)| key == "pid")).then_some((Level::Unknown, token.from))
}

/// What follows PostgreSQL's user and database where it does not know them yet: `[unknown]@[unknown] LOG:`.
fn nobody(token: Token<'_>) -> Option<&str> {
    if !(token.text.ends_with("unknown") && token.after.starts_with('@') || token.text.ends_with("@[unknown]")) {
        return None;
    }
    let end = memchr::memchr(b' ', token.from.as_bytes())?;
    (end <= LONGEST).then(|| &token.from[end..])
}

/// Whether a word is one of those by which PostgreSQL tells more of the line before.
pub(in crate::telemetry::logs) fn goes_on(word: &str) -> bool {
    matches!(word, "STATEMENT" | "DETAIL" | "HINT" | "CONTEXT" | "QUERY" | "LOCATION")
}

/// `123  456 E Tag: message`, as Android writes it.
fn android<'a>(token: Token<'a>, fields: &mut [(Cow<'a, str>, Told<'a>)]) -> Option<(Level, &'a str)> {
    let letter = letter(token.text).filter(|_| !token.in_brackets)?;
    let [(pid, _), (thread, _)] = fields else { return None };
    if pid != "pid" || thread != "pid" {
        return None;
    }
    *thread = "thread".into();
    Some((letter, token.after))
}

/// `INFO/MainProcess] message`, as Celery writes it.
fn celery<'a>(token: Token<'a>, fields: &mut Fields<'a>) -> Option<(Level, &'a str)> {
    let (first, process) = token.text.strip_suffix(']')?.split_once('/')?;
    let level = level::by_word(first).filter(|_| !token.in_brackets && is_capital(first))?;
    fields.push(("process".into(), Told::text(process)));
    Some((level, token.after))
}

/// Takes what may stand before a level as a field, by how it is written.
fn named<'a>(token: Token<'a>, fields: &mut Fields<'a>) -> bool {
    let text = token.text;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '@' | '$' | '#' | '/');
    let is_dotted = text.contains('.') && !text.contains(char::is_whitespace) && !text.contains('/');
    let begins = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let key = if token.in_brackets {
        if text.is_empty() {
            return true;
        }
        match text.bytes().all(|b| b.is_ascii_digit()) {
            true => "pid",
            false if is_dotted && begins => "logger",
            false => "thread",
        }
    } else if text.bytes().all(|b| b.is_ascii_digit()) {
        "pid"
    } else if let Some((name, pid)) = process(text) {
        fields.push(("process".into(), Told::text(name)));
        fields.push(("pid".into(), Told::text(pid)));
        return begins;
    } else if let Some(told) = text.strip_prefix("user=") {
        return session(told, fields);
    } else if token.is_between(b'-') || token.is_between(b'|') {
        "logger"
    } else if let Some(name) = text.strip_suffix(':') {
        // `main.go:12:`.
        if !begins || !name.chars().all(is_name) || !name.contains(['.', ':', '_']) {
            return false;
        }
        fields.push(("logger".into(), Told::text(name)));
        return true;
    } else {
        let is_told = text.chars().all(is_name) && !text.contains('/') && text.ends_with(char::is_alphanumeric);
        let is_odd = text.contains(['.', '_', ':', '-', '$', '@']) || text.bytes().any(|b| b.is_ascii_digit());
        if !is_told || !is_odd || !(begins || text.starts_with(|c: char| c.is_ascii_hexdigit())) {
            return false;
        }
        match text.contains('@') {
            true => "user",
            false if is_dotted || text.contains(['_', ':', '$']) => "logger",
            false => "host",
        }
    };
    fields.push((key.into(), Told::text(text)));
    true
}

/// `app[12]:`, and `app[12]` of coloredlogs: the name and the pid.
fn process(text: &str) -> Option<(&str, &str)> {
    let told = text.strip_suffix(':');
    let (name, pid) = told.unwrap_or(text).strip_suffix(']')?.split_once('[')?;
    (told.is_some() || is_number(pid) && !name.is_empty()).then_some((name, pid))
}

/// `user=app,db=orders,client=10.0.0.4`, which pgBadger wants before the level, behind its first name.
fn session<'a>(told: &'a str, fields: &mut Fields<'a>) -> bool {
    let Some((user, rest)) = told.split_once(",db=") else { return false };
    let database = rest.split_once(',').map_or(rest, |(name, _)| name);
    fields.push(("user".into(), Told::text(user)));
    fields.push(("database".into(), Told::text(database)));
    true
}

/// A name of one word, as some loggers have it: `orders`, `MainThread`.
fn is_plain(word: &str) -> bool {
    let name = word.strip_suffix(':').unwrap_or(word);
    name.bytes().all(|b| b.is_ascii_alphabetic())
        && (name.starts_with(|c: char| c.is_ascii_lowercase())
            || name.bytes().skip(1).any(|b| b.is_ascii_uppercase()) && name.bytes().any(|b| b.is_ascii_lowercase()))
}
