//! JSON that is nested deeper than it is read: the values that lie too deep are cut out, so that the rest is taken. What is
//! shown of a value ends long before.

/// Values within values that stay; the reader refuses a document with 128.
const DEEPEST: usize = 112;

/// The document with `null` where a value lies too deep; `None` where none does.
pub(super) fn cut(json: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut depth, mut done, mut is_text, mut is_escaped) = (Vec::new(), 0usize, 0, false, false);
    for (at, byte) in json.iter().enumerate() {
        if is_text {
            is_text = *byte != b'"' || is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            continue;
        }
        match byte {
            b'"' => is_text = true,
            b'{' | b'[' => {
                depth += 1;
                if depth == DEEPEST + 1 {
                    out.extend_from_slice(&json[done..at]);
                    out.extend_from_slice(b"null");
                }
            }
            b'}' | b']' => {
                if depth == DEEPEST + 1 {
                    done = at + 1;
                }
                depth = depth.checked_sub(1)?;
            }
            _ => {}
        }
    }
    // One that is not closed is no document.
    if out.is_empty() || depth > 0 {
        return None;
    }
    out.extend_from_slice(&json[done..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_too_deep_is_cut_and_the_rest_stays() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let document = |inner: &str| format!(r#"{{"a":{inner},"b":"[{{\\\"[","c":[{inner}]}}"#);
        assert_eq!(cut(document(&deep(100)).as_bytes()), None);
        let cut_out = cut(document(&deep(5_000)).as_bytes()).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&cut_out).unwrap();
        assert_eq!((&value["b"], value["c"].as_array().map(Vec::len)), (&"[{\\\"[".into(), Some(1)));
        for text in ["[".repeat(5_000), "]".repeat(5_000), String::new()] {
            assert_eq!(cut(text.as_bytes()), None);
        }
    }
}
