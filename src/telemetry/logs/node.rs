//! The block in which Node says that something was thrown which nobody caught: where (`/app/server.js:12`), the line of the
//! source, a mark below it, then what was thrown, and at the end which Node it is.

/// Whether a line may begin the block: a place in a source, alone. Only the mark two lines below makes it one.
pub(super) fn begins(line: &str) -> bool {
    // Cheap to say no.
    if !line.as_bytes().last().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let is_path = match line.as_bytes() {
        [b'/', ..] | [b'A'..=b'Z' | b'a'..=b'z', b':', b'\\' | b'/', ..] => true,
        _ => ["node:", "file://", "internal/", "webpack://", "[eval]", "[stdin]"].iter().any(|it| line.starts_with(it)),
    };
    is_path
        && line.rsplit_once(':').is_some_and(|(path, number)| {
            number.bytes().all(|b| b.is_ascii_digit()) && !number.is_empty() && !path.ends_with([':', ' '])
        })
}

/// Whether a line is the mark below a line of a source: `      ^^^`.
pub(super) fn points(line: &str) -> bool {
    let mark = line.trim();
    !mark.is_empty() && mark.bytes().all(|b| b == b'^')
}

/// Whether a line goes on with what Node says of it.
pub(super) fn goes_on(line: &str) -> bool {
    line.starts_with("Emitted 'error' event") || line.starts_with("(Use `node --trace-uncaught ")
}

/// Whether a line ends the block: `Node.js v20.20.2`.
pub(super) fn ends(line: &str) -> bool {
    let version = line.strip_prefix("Node.js v");
    version.is_some_and(|it| it.contains('.') && it.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// Whether a line is a warning of Node's: `(node:12) Warning: why`, `(node:12) [DEP0005] DeprecationWarning: why`.
pub(super) fn warns(line: &str) -> bool {
    let told = line.strip_prefix("(node:").and_then(|rest| rest.split_once(") "));
    told.is_some_and(|(pid, told)| {
        let told = told.strip_prefix('[').and_then(|rest| Some(rest.split_once("] ")?.1)).unwrap_or(told);
        let name = told.split(':').next().unwrap_or_default();
        pid.bytes().all(|b| b.is_ascii_digit())
            && name.ends_with("Warning")
            && name.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}
