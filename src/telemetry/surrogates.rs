//! Halves of characters in JSON: what stands beyond the first 65,536 characters is written as two escapes, and a text that was
//! cut between them (JavaScript), or holds bytes that were no text (Python), has one alone. No reader takes that, and with it
//! everything else in the document would be lost.

/// The same JSON with each half that stands alone as U+FFFD; `None` where there is none.
pub(super) fn mended(json: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut at, mut is_mended) = (Vec::new(), 0, false);
    while let Some(found) = memchr::memchr(b'\\', json.get(at..)?) {
        let begin = at + found;
        out.extend_from_slice(&json[at..begin]);
        let (taken, alone) = match (half(json, begin), half(json, begin + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => (12, false),
            (Some(_), _) => (6, true),
            // Whatever else is escaped, a backslash too.
            (None, _) => (2, false),
        };
        let end = (begin + taken).min(json.len());
        out.extend_from_slice(if alone { b"\\ufffd" } else { &json[begin..end] });
        is_mended |= alone;
        at = end;
    }
    out.extend_from_slice(&json[at..]);
    is_mended.then_some(out)
}

/// The half of a character that is escaped here.
fn half(json: &[u8], at: usize) -> Option<u32> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let number = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (0xd800..0xe000).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_that_stand_alone_are_mended_and_nothing_else() {
        let mended = |text: &str| mended(text.as_bytes()).map(|json| String::from_utf8(json).unwrap());
        for (text, wanted) in [
            (r#""a\ud83d""#, r#""a\ufffd""#),
            (r#""\udc80b\ud83d\ude00\uDE00""#, r#""\ufffdb\ud83d\ude00\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ud83d\n""#, r#""\ufffd\n""#),
        ] {
            assert_eq!(mended(text).as_deref(), Some(wanted), "{text}");
            assert!(serde_json::from_str::<String>(wanted).is_ok());
        }
        for text in ["", "\"a\"", r#""\ud83d\ude00""#, r#""\\ud83d""#, r#""\u00e9\\""#, r#""\u12"#, "\"\\", r#""\ud8"#]
        {
            assert_eq!(mended(text), None, "{text}");
        }
    }
}
