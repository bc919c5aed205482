//! Secrets beside names whose marks are written out.

use super::super::mask;

#[test]
fn a_secret_beside_a_name_whose_marks_are_written_out_is_masked_and_the_marks_stay() {
    for (from, to) in [
        (
            "GET /x?q=%7B%22password%22%3A%22hunter2hunter2%22%7D HTTP/1.1",
            "GET /x?q=%7B%22password%22%3A%22***%22%7D HTTP/1.1",
        ),
        (
            "GET /x?q=%7B%22user%22%3A%22bob%22%2C%22api_key%22%3A%20%22hunter2hunter2%22%2C%22n%22%3A1%7D",
            "GET /x?q=%7B%22user%22%3A%22bob%22%2C%22api_key%22%3A%20%22***%22%2C%22n%22%3A1%7D",
        ),
        (
            "GET /x?q=%257B%2522pass%2522%253A%2522hunter2hunter2%2522%257D",
            "GET /x?q=%257B%2522pass%2522%253A%2522***%2522%257D",
        ),
        ("GET /x?u=a%253Fpassword%253Dhunter2hunter2%2526x%253D1", "GET /x?u=a%253Fpassword%253D***%2526x%253D1"),
        (
            "GET /x?filter=%7B%22token%22%3A%22hunter2hunter2%22%7D&password=a%26b&b=1",
            "GET /x?filter=%7B%22token%22%3A%22***%22%7D&password=***&b=1",
        ),
        (
            "body {&quot;password&quot;:&quot;hunter2hunter2&quot;,&quot;a&quot;:1}",
            "body {&quot;password&quot;:&quot;***&quot;,&quot;a&quot;:1}",
        ),
        (
            "body {&#34;pw&#34;:&#34;hunter2hunter2&#34;,&#34;a&#34;:1}",
            "body {&#34;pw&#34;:&#34;***&#34;,&#34;a&#34;:1}",
        ),
        (
            "body {&amp;quot;password&amp;quot;:&amp;quot;hunter2hunter2&amp;quot;}",
            "body {&amp;quot;password&amp;quot;:&amp;quot;***&amp;quot;}",
        ),
        ("body &lt;password&gt;hunter2hunter2&lt;/password&gt;", "body &lt;password&gt;***&lt;/password&gt;"),
        (
            r"body \u003cpassword\u003ehunter2hunter2\u003c/password\u003e",
            r"body \u003cpassword\u003e***\u003c/password\u003e",
        ),
        (
            r"body {\\u0022password\\u0022:\\u0022hunter2hunter2\\u0022}",
            r"body {\\u0022password\\u0022:\\u0022***\\u0022}",
        ),
        (
            r#"{"msg":"q=%7B%22password%22%3A%22hunter2hunter2%22%7D","n":1}"#,
            r#"{"msg":"q=%7B%22password%22%3A%22***%22%7D","n":1}"#,
        ),
        ("<a href=&quot;https://u:hunter2hunter2@h/&quot;>", "<a href=&quot;https://u:***@h/&quot;>"),
    ] {
        assert_eq!(mask(from), to);
        assert_eq!(mask(to), to);
    }
    for text in [
        "GET /x?a=%22hello%22&b=%3Cx%3E 100%25 %7B%22name%22%3A%22bob%22%7D",
        "&lt;name&gt;bob&lt;/name&gt; &lt;label for=&quot;password&quot;&gt;Password&lt;/label&gt;",
        "GET /x?q=%7B%22password%22%3A%22%22%7D &quot;token&quot;: null %",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn marks_without_end_are_read_in_one_pass() {
    for unit in ["%25", "&amp;", "\\", "%2522password%2522", "&lt;token&gt;", "%22password%22%3A%22"] {
        let wide = format!("password=x {}", unit.repeat(20_000));
        assert!(mask(&wide).len() <= wide.len() + 8);
    }
}
