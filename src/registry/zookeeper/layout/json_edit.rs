//! Changes one field of a JSON document and not a byte besides: unknown fields, order of keys, forms of numbers and blanks stay
//! as their owner wrote them. Works on the places of tokens, not on values; nothing here knows what a field means.

use std::ops::Range;

/// Why a document cannot be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoEdit {
    /// Not JSON, or nested deeper than 128.
    #[error("its bytes are no JSON")]
    NotJson,
    /// Something on the way to the field is no object.
    #[error("a field above it is no object")]
    NotAnObject,
}

/// A key and its value.
struct Member {
    key: Range<usize>,
    value: Range<usize>,
}

/// The bytes of the value at this path, of the last of equal keys, as readers take it.
pub(crate) fn token<'a>(json: &'a [u8], path: &[&str]) -> Option<&'a [u8]> {
    check(json).ok()?;
    place(json, path).map(|range| &json[range])
}

/// The document with this token as the value at the path; objects that are missing on the way are made.
pub(crate) fn set(json: &[u8], path: &[&str], token: &[u8]) -> Result<Vec<u8>, NoEdit> {
    check(json)?;
    let mut at = whole(json);
    for (depth, key) in path.iter().enumerate() {
        let last = depth + 1 == path.len();
        let members = members(json, at.start).ok_or(NoEdit::NotAnObject)?;
        match find(json, &members, key) {
            Some(member) if last => return Ok(splice(json, member.value.clone(), token)),
            // A null on the way is as good as nothing.
            Some(member) if &json[member.value.clone()] == b"null" => {
                return Ok(splice(json, member.value.clone(), &nest(&path[depth + 1..], token)));
            }
            Some(member) => at = member.value.clone(),
            None => {
                let (place, comma) = match members.last() {
                    Some(member) => (member.value.end, ","),
                    None => (at.start + 1, ""),
                };
                let mut new = comma.as_bytes().to_vec();
                new.extend(quoted(key));
                new.push(b':');
                new.extend(nest(&path[depth + 1..], token));
                return Ok(splice(json, place..place, &new));
            }
        }
    }
    Ok(splice(json, at, token))
}

/// The document without the member at the path; `None` where there is none.
pub(crate) fn remove(json: &[u8], path: &[&str]) -> Option<Vec<u8>> {
    check(json).ok()?;
    let (key, above) = path.split_last()?;
    let object = place(json, above)?;
    let members = members(json, object.start)?;
    let found = members.iter().rposition(|member| is(json, member, key))?;
    let cut = match (found.checked_sub(1).map(|before| &members[before]), members.get(found + 1)) {
        (Some(before), _) => before.value.end..members[found].value.end,
        (None, Some(after)) => members[found].key.start..after.key.start,
        (None, None) => object.start + 1..members[found].value.end,
    };
    Some(splice(json, cut, b""))
}

/// `{"a":{"b":token}}` for what is left of the path.
fn nest(path: &[&str], token: &[u8]) -> Vec<u8> {
    path.iter().rev().fold(token.to_vec(), |inner, key| {
        let mut outer = vec![b'{'];
        outer.extend(quoted(key));
        outer.push(b':');
        outer.extend(inner);
        outer.push(b'}');
        outer
    })
}

/// The text as a JSON string.
pub(crate) fn quoted(text: &str) -> Vec<u8> {
    serde_json::to_vec(text).expect("a text is always a JSON string")
}

fn splice(json: &[u8], range: Range<usize>, new: &[u8]) -> Vec<u8> {
    [&json[..range.start], new, &json[range.end..]].concat()
}

/// What follows here relies on well-formed JSON of bounded depth.
fn check(json: &[u8]) -> Result<(), NoEdit> {
    serde_json::from_slice::<serde_json::Value>(json).map(drop).map_err(|_| NoEdit::NotJson)
}

fn whole(json: &[u8]) -> Range<usize> {
    let start = blanks(json, 0);
    start..value_end(json, start)
}

fn place(json: &[u8], path: &[&str]) -> Option<Range<usize>> {
    path.iter().try_fold(whole(json), |at, key| {
        let members = members(json, at.start)?;
        find(json, &members, key).map(|member| member.value.clone())
    })
}

fn find<'a>(json: &[u8], members: &'a [Member], key: &str) -> Option<&'a Member> {
    members.iter().rev().find(|member| is(json, member, key))
}

fn is(json: &[u8], member: &Member, key: &str) -> bool {
    serde_json::from_slice::<String>(&json[member.key.clone()]).is_ok_and(|name| name == key)
}

/// The members of the object that begins here; `None` where no object begins.
fn members(json: &[u8], start: usize) -> Option<Vec<Member>> {
    if json.get(start) != Some(&b'{') {
        return None;
    }
    let (mut members, mut at) = (Vec::new(), blanks(json, start + 1));
    while json.get(at).is_some_and(|&b| b != b'}') {
        let key = at..value_end(json, at);
        at = blanks(json, blanks(json, key.end) + 1);
        let value = at..value_end(json, at);
        at = blanks(json, value.end);
        members.push(Member { key, value });
        if json.get(at) == Some(&b',') {
            at = blanks(json, at + 1);
        }
    }
    Some(members)
}

fn blanks(json: &[u8], mut at: usize) -> usize {
    while json.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// The place behind the value that begins here.
fn value_end(json: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0usize);
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => at = string_end(json, at),
            b'{' | b'[' => (depth, at) = (depth + 1, at + 1),
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => (depth, at) = (depth - 1, at + 1),
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return at,
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn string_end(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn only_the_value_changes() {
        let json = br#" { "a" : 1.50, "p":{"m":{"w":"5","x":[1,{"w":2}]}} ,"e":"\u00e9\/","n":12345678901234567890}"#;
        let set = text(set(json, &["p", "m", "w"], b"\"70\"").unwrap());
        assert_eq!(set, text(json.to_vec()).replace(r#""w":"5""#, r#""w":"70""#));
        assert_eq!(token(json, &["a"]), Some(b"1.50".as_slice()));
        assert_eq!(token(json, &["p", "m", "x"]), Some(br#"[1,{"w":2}]"#.as_slice()));
        assert_eq!(token(json, &["p", "q"]), None);
    }

    #[test]
    fn what_is_missing_is_put_at_the_end_and_taken_out_again() {
        for (json, path, expected) in [
            (r#"{"a":1}"#, vec!["enabled"], r#"{"a":1,"enabled":false}"#),
            ("{ }", vec!["enabled"], r#"{"enabled":false }"#),
            ("{\n \"a\": [1]\n}\n", vec!["enabled"], "{\n \"a\": [1],\"enabled\":false\n}\n"),
            (r#"{"p":{"c":"x"}}"#, vec!["p", "m", "s"], r#"{"p":{"c":"x","m":{"s":false}}}"#),
            (r#"{"p":{"m":null}}"#, vec!["p", "m", "s"], r#"{"p":{"m":{"s":false}}}"#),
        ] {
            let edited = set(json.as_bytes(), &path, b"false").unwrap();
            assert_eq!(text(edited.clone()), expected);
            if path.len() == 1 {
                assert_eq!(text(remove(&edited, &path).unwrap()), json);
            }
        }
        assert_eq!(text(remove(br#"{"a":1, "b":2}"#, &["a"]).unwrap()), r#"{"b":2}"#);
    }

    #[test]
    fn of_equal_keys_the_last_counts_as_for_readers() {
        let json = br#"{"enabled":true,"x":1,"\u0065nabled":true}"#;
        assert_eq!(text(set(json, &["enabled"], b"false").unwrap()), r#"{"enabled":true,"x":1,"\u0065nabled":false}"#);
    }

    #[test]
    fn what_is_no_json_or_no_object_is_refused() {
        let deep = "[".repeat(10_000);
        for bad in ["", "{", "{\"a\":1", "nonsense", "\u{feff}{}", &deep] {
            assert_eq!(set(bad.as_bytes(), &["a"], b"1"), Err(NoEdit::NotJson), "{bad:.20}");
        }
        assert_eq!(set(b"[1]", &["a"], b"1"), Err(NoEdit::NotAnObject));
        assert_eq!(set(br#"{"a":"text"}"#, &["a", "b"], b"1"), Err(NoEdit::NotAnObject));
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            ".*".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::vec(("[a-c]|.{0,3}", inner), 0..5)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// The edited document means the old one with that field changed, and setting the old token gives the old bytes.
        #[test]
        fn an_edit_means_the_change_and_can_be_taken_back(value in any_json(), pretty: bool, path in prop::collection::vec("[a-c]", 1..4)) {
            let json = if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) }.unwrap();
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let Ok(edited) = set(&json, &path, b"\"new\"") else { return Ok(()) };
            let mut changed: serde_json::Value = serde_json::from_slice(&edited).unwrap();
            prop_assert_eq!(token(&edited, &path), Some(b"\"new\"".as_slice()));
            match token(&json, &path) {
                Some(old) => prop_assert_eq!(set(&edited, &path, old).unwrap(), json),
                None => {
                    let pointer: String = path.iter().map(|key| format!("/{key}")).collect();
                    let (above, key) = pointer.rsplit_once('/').unwrap();
                    changed.pointer_mut(above).unwrap().as_object_mut().unwrap().remove(key);
                    let taken: serde_json::Value = serde_json::from_slice(&remove(&edited, &path).unwrap()).unwrap();
                    prop_assert_eq!(taken, changed);
                }
            }
        }
    }
}
