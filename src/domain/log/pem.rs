//! A private key whose lines each came as a record of their own, as loggers of syslog and JSON write it. By itself none of them
//! is known for what it is: they are what follows the line that begins the key. What is known is taken out before it is kept.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::LogLine;
use crate::domain::secret::MASK;

/// Records behind the one that begins a key among which its lines are looked for, where nothing ends it. Others may write between.
const MOST: usize = 256;
/// A word of so many bytes is a line of a key, wherever it stands among them; a shorter one only behind a line of it.
const SURE: usize = 20;
/// The longest line of a key, in bytes.
const LONGEST: usize = 128;

static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("-----"));

/// The longest text that is taken for what stands before each line, as a pod's name does, in bytes.
const LONGEST_BEFORE: usize = 256;

/// What of a source's lines is known of a key that goes on.
#[derive(Clone, Debug, Default)]
pub struct KeyLines {
    /// Records that may still belong to it.
    left: usize,
    /// The last one did.
    is_within: bool,
    /// What stood before the line that began it, and may stand before the others.
    before: String,
}

impl KeyLines {
    /// Takes the lines of keys out of these records, which come in their order, behind those that were given before.
    pub fn mask(&mut self, lines: &mut [LogLine]) {
        lines.iter_mut().for_each(|line| self.next(line));
    }

    fn next(&mut self, line: &mut LogLine) {
        if MARK.find(&line.raw).is_some() && self.turns(&line.raw) {
            let before = line.message.find("-----BEGIN ").and_then(|at| line.message.get(..at)).unwrap_or_default();
            self.before.clear();
            self.before.push_str(Some(before).filter(|before| before.len() <= LONGEST_BEFORE).unwrap_or_default());
            return;
        }
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let text = line.message.strip_prefix(&*self.before).unwrap_or(&line.message).trim();
        self.is_within = is_key(text, self.is_within);
        if self.is_within {
            let text = text.to_owned();
            take_out(line, &text, &self.before);
        }
    }

    /// Whether a record begins or ends a key.
    fn turns(&mut self, raw: &[u8]) -> bool {
        let last = |mark: &str| memchr::memmem::rfind(raw, mark.as_bytes());
        let begin = last("-----BEGIN ").filter(|at| {
            let name = &raw[*at..raw.len().min(at + 64)];
            memchr::memmem::find(name, b"PRIVATE KEY").is_some()
        });
        let end = last("-----END ");
        if begin.is_none() && end.is_none() {
            return false;
        }
        *self = match begin > end {
            true => KeyLines { left: MOST, is_within: true, before: String::new() },
            false => KeyLines::default(),
        };
        true
    }
}

/// Whether a text may be a line of a key: base64, or what PEM says of it first.
fn is_key(text: &str, is_within: bool) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let least = if is_within { 1 } else { SURE };
    (least..=LONGEST).contains(&text.len()) && text.bytes().all(is_base64) || text.starts_with("DEK-Info: ")
}

/// Takes a text out of a line; what stands before it in each line stays.
fn take_out(line: &mut LogLine, text: &str, before: &str) {
    let without = |told: &str| match told.strip_prefix(before) {
        Some(rest) if rest.trim() == text => format!("{before}{MASK}"),
        _ => MASK.to_owned(),
    };
    let raw = String::from_utf8_lossy(&line.raw);
    // Where it is written otherwise, as JSON may a slash, nothing of it is kept.
    let raw = if raw.contains(text) { raw.replace(text, MASK) } else { MASK.to_owned() };
    line.raw = raw.into_bytes().into();
    line.message = without(&line.message).into();
    for (_, value) in line.fields.iter_mut().filter(|(_, value)| value.contains(text)) {
        *value = without(value).into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of messages that each came in a frame of their own.
    fn shown(messages: &[&str]) -> Vec<String> {
        let line = |message: &&str| {
            let mut line = LogLine::said(0, message);
            line.raw = format!("<14>Nov 26 07:00:00 h app: {message}").into_bytes().into();
            line.fields = vec![("log".into(), (*message).into()), ("n".into(), "1".into())];
            line
        };
        let mut lines: Vec<_> = messages.iter().map(line).collect();
        let (mut keys, half) = (KeyLines::default(), lines.len() / 2);
        keys.mask(&mut lines[..half]);
        keys.mask(&mut lines[half..]);
        let raw = |line: &LogLine| String::from_utf8_lossy(&line.raw)["<14>Nov 26 07:00:00 h app: ".len()..].to_owned();
        lines.iter().for_each(|line| assert_eq!((&*line.message, &*line.fields[0].1), (&*raw(line), &*raw(line))));
        lines.iter().map(raw).collect()
    }

    #[test]
    fn lines_of_a_key_are_taken_out_up_to_its_end_and_no_others() {
        let (begin, end) = ("-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----");
        let body = "MIIEpAIBAAKCAQEA7bq+/abcdef0123456789";
        assert_eq!(
            shown(&[begin, "DEK-Info: AES-256-CBC,00", body, "order 17 taken", body, "ab==", end, body, "up"]),
            [begin, MASK, MASK, "order 17 taken", MASK, MASK, end, body, "up"]
        );
        let open = "-----BEGIN CERTIFICATE-----";
        assert_eq!(shown(&[open, body, "-----END CERTIFICATE-----"]), [open, body, "-----END CERTIFICATE-----"]);
        assert_eq!(shown(&["a ----- b", body, "done"]), ["a ----- b", body, "done"]);
        assert_eq!(shown(&[begin, "order 17 taken", "started", body]), [begin, "order 17 taken", "started", MASK]);
    }

    #[test]
    fn a_name_before_each_line_of_a_key_hides_none_of_them() {
        let body = "MIIEpAIBAAKCAQEA7bq+/abcdef0123456789";
        let of_pod = |text: &str| format!("orders-1 app {text}");
        let (begin, end) = (of_pod("-----BEGIN PRIVATE KEY-----"), of_pod("-----END PRIVATE KEY-----"));
        let (line, last, hidden) = (of_pod(body), of_pod("ab=="), of_pod(MASK));
        let other = "users-7 app started0and1ready2for3work";
        assert_eq!(
            shown(&[&begin, &line, other, &line, &last, &end, &line]),
            [&*begin, &hidden, other, &hidden, &hidden, &end, &line]
        );
        // What stood before the first line alone is no part of the others.
        assert_eq!(
            shown(&["key: -----BEGIN PRIVATE KEY-----", body, "order 17 taken"]),
            ["key: -----BEGIN PRIVATE KEY-----", MASK, "order 17 taken"]
        );
    }

    #[test]
    fn a_key_that_is_never_ended_ends() {
        let mut messages = vec!["-----BEGIN PRIVATE KEY-----"];
        messages.extend(["order 17 taken"; MOST]);
        messages.push("MIIEpAIBAAKCAQEA7bq+/abcdef0123456789");
        assert_eq!(shown(&messages), messages);
    }

    #[test]
    fn where_it_is_written_otherwise_the_line_is_masked_whole() {
        let mut lines =
            vec![LogLine::said(0, "-----BEGIN PRIVATE KEY-----"), LogLine::said(0, "ab/cdefghijklmnopqrstuv")];
        lines[1].raw = br#"{"msg":"ab\/cdefghijklmnopqrstuv"}"#[..].into();
        KeyLines::default().mask(&mut lines);
        assert_eq!((&*lines[1].message, &*lines[1].raw), (MASK, MASK.as_bytes()));
    }
}
