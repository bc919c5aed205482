//! What stands behind what Python threw, in lines of its own: of PostgreSQL's drivers, of SQLAlchemy, of pydantic. By any of
//! them what came between is of it, too.

/// Whether a line is surely more of what was thrown. The names of pydantic's fields stand in lines before that.
pub(super) fn is_detail(line: &str) -> bool {
    match line.as_bytes() {
        [b'D' | b'H' | b'C' | b'L', ..] => {
            ["DETAIL:  ", "HINT:  ", "CONTEXT:  "].iter().any(|head| line.starts_with(head))
                || line.strip_prefix("LINE ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        }
        [b'[', ..] => line.starts_with("[SQL: ") || line.starts_with("[parameters: "),
        [b'(', ..] => line.starts_with("(Background on this error at: "),
        [b' ', b' ', ..] => {
            line.ends_with([']', ')']) && (line.contains(" [type=") || line.contains(" (type="))
                || line.starts_with("    For further information visit ")
        }
        _ => false,
    }
}
