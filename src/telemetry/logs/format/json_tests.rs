//! What JSON lines are read as: keys that come again, values, lines that were cut, more fields than are kept.

use super::*;

fn fields(text: &str) -> Vec<(String, String)> {
    let parsed = read(text, &mut Known::default()).unwrap();
    parsed.fields.into_iter().map(|(key, value)| (key.into_owned(), value.text.into_owned())).collect()
}

#[test]
fn a_key_that_comes_again_counts_as_it_was_said_last() {
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(fields(r#"{"a":1,"b":2,"a":3}"#), [pair("a", "3"), pair("b", "2")]);
    assert_eq!(fields(r#"{"a":{"x":1,"y":2},"b":2,"a":3,"b":4}"#), [pair("a", "3"), pair("b", "4")]);
    assert_eq!(
        fields(r#"{"b":0,"a":1,"c":2,"a":{"x":1,"y":2},"c":null}"#),
        [pair("b", "0"), pair("a.x", "1"), pair("a.y", "2")]
    );
    assert_eq!(fields(r#"{"a.b":1,"a":{"b":2}}"#), [pair("a.b", "1"), pair("a.b", "2")]);
}

#[test]
fn values_are_told_as_they_are() {
    let told =
        fields(r#"{"s":"a\nb","e":"","n":-1,"f":1.50,"g":1e3,"t":true,"l":[1,{"a":"b"}],"\u0041":"x","z":null}"#);
    let told: Vec<_> = told.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let wanted = [("s", "a\nb"), ("e", ""), ("n", "-1"), ("f", "1.5"), ("g", "1000.0"), ("t", "true")];
    assert_eq!(told[..6], wanted);
    assert_eq!(told[6..], [("l", r#"[1,{"a":"b"}]"#), ("A", "x")]);
    for no in ["", "[1]", "{", "{}x", r#"{"a":1}{"#, r#"{"a":}"#] {
        assert!(read(no, &mut Known::default()).is_none(), "{no}");
    }
}

#[test]
fn of_a_line_that_was_cut_what_stands_before_is_read() {
    let long = "x".repeat(CUT);
    for cut in [
        format!(r#"{{"level":"error","a":{{"b":1}},"msg":"{long}"#),
        format!(r#"{{"level":"error","a":{{"b":1}},"msg":"{long}\"#),
        format!(r#"{{"level":"error","a":{{"b":1}},"msg":"{long}\u00"#),
        format!(r#"{{"level":"error","a":{{"b":1}},"msg":"{long}","n"#),
        format!(r#"{{"level":"error","a":{{"b":1}},"msg":"{long}","n":"#),
        format!(r#"{{"level":"error","a":{{"b":1}},"msg":"{long}","n":[{{"x":tr"#),
    ] {
        let parsed = read(&cut, &mut Known::default()).unwrap();
        assert_eq!(parsed.level, Level::Error);
        assert!(parsed.message.is_some_and(|message| message.starts_with("xxx")));
        assert_eq!(parsed.fields[0].0, "a.b");
    }
    assert!(read(&cut_short(), &mut Known::default()).is_none(), "a short one was not cut");
    assert!(read(&"{".repeat(CUT + 9), &mut Known::default()).is_none());
}

fn cut_short() -> String {
    r#"{"level":"error","msg":"x"#.to_owned()
}

#[test]
fn more_fields_than_are_kept_are_counted() {
    let wide: Vec<String> = (0..MOST + 40).map(|n| format!(r#""k{n}":{n}"#)).collect();
    let told = fields(&format!("{{{}}}", wide.join(",")));
    assert_eq!((told.len(), told[MOST].1.as_str()), (MOST + 1, "40"));
}
