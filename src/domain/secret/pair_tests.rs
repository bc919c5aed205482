//! A secret that another field names.

use super::super::mask;
use super::*;

#[test]
fn what_a_field_names_is_masked_in_the_field_beside_it() {
    let shown = |fields: &[(&str, &str)]| -> Vec<String> {
        let flat = Flat::of(fields.iter().copied());
        fields.iter().map(|(key, value)| flat.mask(key, value).into_owned()).collect()
    };
    for (name, value) in [
        ("header.name", "header.value"),
        ("headers.0.name", "headers.0.value"),
        ("http.request.headers.3.key", "http.request.headers.3.value.stringValue"),
        ("env.Name", "env.RawValue"),
        ("name", "value"),
        ("k", "v"),
    ] {
        for secret in ["Cookie", "Authorization", "X-Api-Key", "db.password"] {
            assert_eq!(shown(&[(name, secret), (value, "s=1"), ("z", "stays")]), [secret, MASK, "stays"], "{name}");
            assert_eq!(shown(&[(value, "s=1"), (name, secret)]), [MASK, secret], "in either order");
        }
        assert_eq!(shown(&[(name, "Accept"), (value, "s=1")]), ["Accept", "s=1"]);
        assert_eq!(shown(&[(name, "Cookie"), (value, "null")]), ["Cookie", "null"]);
    }
    let two =
        [("h.0.name", "Cookie"), ("h.0.value", "s=1"), ("h.1.name", "Accept"), ("h.1.value", "x"), ("value", "y")];
    assert_eq!(shown(&two), ["Cookie", MASK, "Accept", "x", "y"]);
    assert_eq!(shown(&[("h.name", "Cookie"), ("h.valued", "x"), ("hvalue", "y")]), ["Cookie", "x", "y"]);
    for (text, clean) in [
        (r#"name=Cookie value="s=1; t=2" level=info"#, "name=Cookie value=*** level=info"),
        ("header=Authorization, value=abc, z=1", "header=Authorization, value=***, z=1"),
        ("key: password value: hunter2", "key: password value: ***"),
        ("name=Accept value=text/html", "name=Accept value=text/html"),
    ] {
        assert_eq!(mask(text), clean);
    }
}
