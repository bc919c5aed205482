//! A name and its value, each in an element, an attribute or a part of its own: as property lists and the settings of Java, .NET and
//! Hadoop have them, and forms that are sent in parts.

/// The first group is kept, and so is `rest`; `named` is the name, which decides.
pub(super) const SHAPES: &[&str] = &[
    // name=Cookie value="s=1"
    r#"(\b(?i:name|key|header(?:_?name)?|field|k)["']?\s?[=:]\s?["']?(?P<named>[A-Za-z0-9_.\x2d]{2,64})["']?(?:[\s,;]{1,4}|,?[ \t\r]{0,4}\n[ \t"']{0,64})(?:[A-Za-z0-9_.\x2d]{0,64}\.)?(?i:(?:raw_?|string_?)?values?|val|v|default)["']?\s?[=:]\s{0,4})(?:"(?:[^"\\]|\\.)+"|'[^'\n]+'|[^\s,;"'{}\[\]]+)"#,
    // <key>password</key><string>x</string>, <name>password</name><value>x</value>
    r"(<(?i:key|name)>\s*(?P<named>[^<>\s]{1,128})\s*</(?i:key|name)>\s*<(?i:string|value|data)>)[^<]+",
    // <entry key='password'>x</entry>
    r#"(<(?i:entry|property|prop|param|parameter|add|string|item|field|setting|env|var|arg|attribute)\s(?:[^<>]*?\s)?(?i:key|name)=["'](?P<named>[^"'<>]{1,128})["'][^<>]*>)[^<]+(?P<rest></)"#,
    // Content-Disposition: form-data; name="password", an empty line, the value; ends of lines may be written out
    r#"(?s)((?i:form-data);\s?name=\\*["']?(?P<named>[^"'\\;\s]{1,128})\\*["']?(?:(?:\r?\n|(?:\\+r)?\\+n)[A-Za-z-]{1,64}:[^\r\n\\]*)*(?:\r?\n|(?:\\+r)?\\+n){2}).+?(?P<rest>(?:\r?\n|(?:\\+r)?\\+n)--|$)"#,
];

/// What such a one has in it.
pub(super) const HINT: &str = r"(?:val(?:ue)?s?[\x22']?|(?u:[\s,;.])v|default)(?u:\s?)[=:]|</(?:key|name)>|(?:key|name)=[\x22'][^\x22'<>]*[\x22'][^<>]*>|form-data;";

#[cfg(test)]
#[path = "part_tests.rs"]
mod tests;
