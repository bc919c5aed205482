//! Where what begins a text ends: an object, a list, a string whose quotes are escaped, a line whose end is written out.

/// Where an object or a list ends that begins a text; its end, where it does not.
pub(super) fn container(text: &str) -> usize {
    // In a text within a text each quote is escaped, once or more: by the first it is known which of them part strings.
    let first = text.find('"').map_or(0, |at| text[..at].len() - text[..at].trim_end_matches('\\').len());
    let (mut depth, mut quoted, mut escaped) = (0usize, false, 0usize);
    // Parentheses count where one begins it: in a list they are text.
    let calls = text.starts_with('(');
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\\' => {
                escaped += 1;
                continue;
            }
            b'"' if escaped % (2 * (first + 1)) == first => quoted = !quoted,
            b'{' | b'[' if !quoted && !calls => depth += 1,
            b'(' if !quoted && calls => depth += 1,
            b'}' | b']' | b')' if !quoted && calls == (byte == b')') => {
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
pub(super) fn string(text: &str) -> usize {
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

/// Where the first line of a text ends: at `\r\n` or `\n` as written out, with something like a header behind it or nothing.
/// A password may have a backslash and an `n` in it.
pub(super) fn line_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'\\', &bytes[from..]).map(|at| at + from) {
        let Some((first, next)) = written(bytes, at) else {
            from = at + 1;
            continue;
        };
        let is_pair = first == b'r' && written(bytes, next).is_some_and(|(second, _)| second == b'n');
        if is_pair || next == bytes.len() || is_header(&bytes[next..]) {
            return at;
        }
        from = next;
    }
    text.len()
}

/// The letter of an escape that stands here, escaped once or more, and what comes behind it.
fn written(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let letter = at + bytes[at..].iter().take_while(|byte| **byte == b'\\').count();
    let byte = *bytes.get(letter).filter(|byte| letter > at && matches!(byte, b'n' | b'r'))?;
    Some((byte, letter + 1))
}

/// Whether bytes begin like a header: `Accept:`.
fn is_header(bytes: &[u8]) -> bool {
    let name = bytes.iter().take(64).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    name > 0 && bytes.get(name) == Some(&b':')
}
