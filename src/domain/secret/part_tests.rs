//! Names and values in elements and parts of their own.

use super::super::mask;

#[test]
fn a_value_in_an_element_or_a_part_beside_that_of_its_name_is_masked() {
    for (from, to) in [
        ("<key>password</key><string>hunter2hunter2</string>", "<key>password</key><string>***</string>"),
        (
            "<key>password</key>\n  <string>hunter2hunter2</string>\n<key>name</key><string>bob</string>",
            "<key>password</key>\n  <string>***</string>\n<key>name</key><string>bob</string>",
        ),
        (
            "<property><name>fs.s3a.secret.key</name><value>hunter2hunter2</value></property>",
            "<property><name>fs.s3a.secret.key</name><value>***</value></property>",
        ),
        (
            r#"<entry key="password">hunter2hunter2</entry><entry key="user">bob</entry>"#,
            r#"<entry key="password">***</entry><entry key="user">bob</entry>"#,
        ),
        (r#"<add key="password" value="hunter2hunter2"/>"#, r#"<add key="password" value=***/>"#),
        (
            r#"Content-Disposition: form-data; name="password"\r\n\r\nhunter2hunter2\r\n--b"#,
            r#"Content-Disposition: form-data; name="password"\r\n\r\n***\r\n--b"#,
        ),
        (
            r#"{"body":"--b\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\nhunter2hunter2\r\n--b--\r\n"}"#,
            r#"{"body":"--b\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\n***\r\n--b--\r\n"}"#,
        ),
        (
            "Content-Disposition: form-data; name=\"token\"\r\nContent-Type: text/plain\r\n\r\nhunter2hunter2\r\n--b",
            "Content-Disposition: form-data; name=\"token\"\r\nContent-Type: text/plain\r\n\r\n***\r\n--b",
        ),
        (r#"form-data; name="password"\r\n\r\nhunter2hunter2"#, r#"form-data; name="password"\r\n\r\n***"#),
    ] {
        assert_eq!(mask(from), to);
        assert_eq!(mask(to), to);
    }
    for text in [
        r#"form-data; name="note"\r\n\r\nhello\r\n--b form-data; name="file"; filename="a.txt""#,
        r#"<key>name</key><string>bob</string> <input name="password"> text <button name="token">Send</button>"#,
    ] {
        assert_eq!(mask(text), text);
    }
    for unit in ["form-data; name=\"password\"\\r\\n", "<key>password</key>", "<entry key=\"password\" "] {
        let wide = unit.repeat(5_000);
        assert!(mask(&wide).len() <= wide.len() + 8);
    }
}
