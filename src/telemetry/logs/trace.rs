//! Stack traces as their runtimes print them, and keys in PEM: which lines go on with the record before them. Only what is
//! surely part of one is taken for it; a line that is merely indented is a line.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::strangers::{is_stranger, may_be_part};
use super::{monolog, node, pretty, thrown::is_detail};

/// The longest name of a function that is looked for, in bytes.
const LONGEST_NAME: usize = 512;

/// What of a trace came last, as far as it decides what the next line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Within {
    /// No trace yet.
    #[default]
    Nothing,
    /// Frames: Java, JavaScript, .NET, Ruby.
    Frames,
    /// What was thrown, before its frames: what it says may have more lines.
    Head,
    /// The same as Python ends a trace with it: another one may follow, once a sentence says so.
    Thrown,
    /// That sentence: what follows is of the same trace.
    Chained,
    /// The functions of Go and where they stand, in pairs, as zap writes them.
    Places,
    /// What hclog writes of a field with several lines.
    Bars,
    /// Python's, up to the line that names the exception.
    Python,
    /// Go's goroutines.
    Go,
    /// What Go says before its goroutines: why it ends.
    Panic,
    /// What Rust says where it panicked: the next line is why.
    Says,
    /// What follows that.
    Rust,
    /// Elixir's, with what its processes say of how they end.
    Elixir,
    /// PHP's, from what it says first to where it was thrown.
    Php,
    /// What an exception says in Monolog's context.
    Context,
    /// .NET's console: what is indented is what it says.
    Console,
    /// Java's logger: the next line is what it says.
    Said,
    /// Where Node says that something was thrown which nobody caught: the line of the source follows, and a mark below it.
    Source,
    /// That mark: what was thrown follows.
    Uncaught,
    /// What JavaScript says of what an error has besides: what is indented is of it, until as many brackets are closed.
    Object(u8),
    /// The request in whose midst gin recovered, and why it had to.
    Recovered,
    /// Where that was.
    Slots,
    /// The fields below a line of pino-pretty.
    Pretty,
    /// The same, in what one of them says over several lines.
    Values,
    /// A private key: by itself none of its lines would be known for what it is.
    Key,
}

/// Whether a line begins a private key and does not end it.
pub(super) fn begins_key(line: &str) -> bool {
    // Cheap to say no: five dashes in a row are rare.
    static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("-----"));
    if MARK.find(line.as_bytes()).is_none() {
        return false;
    }
    line.rsplit_once("-----BEGIN ")
        .is_some_and(|(_, rest)| rest.contains("PRIVATE KEY-----") && !rest.contains("-----END "))
}

/// Whether a line may be the head of a trace, if a frame follows: `com.acme.OrderRejected: why`, `OrderRejected: why`.
pub(super) fn may_head(line: &str) -> bool {
    let (name, told) = line.split_once(':').unwrap_or((line, ""));
    let name = without_code(name);
    let is_class = |last: &str| last.starts_with(|c: char| c.is_uppercase());
    (told.is_empty() || told.starts_with(' '))
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(is_name)
        && name.rsplit('.').next().is_some_and(is_class)
}

/// The name before a code of Node's: `TypeError [ERR_INVALID_ARG_TYPE]`.
fn without_code(name: &str) -> &str {
    let code = name.strip_suffix(']').and_then(|name| name.split_once(" ["));
    let is_code = |code: &str| code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    code.filter(|(_, code)| !code.is_empty() && is_code(code)).map_or(name, |(name, _)| name)
}

/// Whether a line may be what JavaScript threw, though its first word is a level: `Error: why`. Bunyan indents it.
pub(super) fn may_be_thrown(line: &str) -> bool {
    let line = line.trim_start();
    ["Error: ", "Error [", "error: "].iter().any(|head| line.starts_with(head))
}

/// Whether a line is a frame of a trace: of Java, JavaScript, .NET.
pub(super) fn is_frame(line: &str) -> bool {
    line.starts_with([' ', '\t']) && line.trim_start().starts_with("at ")
}

/// Whether a frame says where it is, or of what function: `at noon` is none.
pub(super) fn is_sure_frame(line: &str) -> bool {
    is_frame(line) && line.contains(['(', ':', '<'])
}

/// `... 12 more`, of frames that are those of another trace.
pub(super) fn is_rest(line: &str) -> bool {
    let count = line.strip_prefix([' ', '\t']).and_then(|line| line.trim_start().strip_prefix("... "));
    count.is_some_and(|count| count.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a line is where a function of Go's stands: `\t/src/main.go:18`.
pub(super) fn is_place(line: &str) -> bool {
    let Some((_, number)) = line.strip_prefix('\t').and_then(|place| place.rsplit_once(".go:")) else { return false };
    number.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a line may be a function of Go's: `main.main.func1`, `net/http.(*Server).Serve`.
pub(super) fn may_be_function(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_alphabetic())
        && line.len() <= LONGEST_NAME
        && line.contains('.')
        && !line.contains(char::is_whitespace)
}

/// Whether a line says that the trace before it is not the last: Python's.
pub(super) fn chains(line: &str) -> bool {
    line.starts_with("During handling of the above exception")
        || line.starts_with("The above exception was the direct cause")
}

/// Whether a line is a frame of Ruby's: `from app.rb:6:in 'run'`.
pub(super) fn is_ruby(line: &str) -> bool {
    line.starts_with([' ', '\t']) && line.trim_start().starts_with("from ") && line.contains(":in ")
}

/// Whether a line is a frame as Ruby's logger writes it: `/app/a.rb:3:in 'f'`. Behind the name of the head of a trace more follows.
fn is_ruby_place(line: &str) -> bool {
    // Cheap to say no.
    line.ends_with('\'')
        && line.split_once(".rb:").is_some_and(|(path, rest)| {
            let place = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            !path.contains(char::is_whitespace) && place.len() < rest.len() && place.starts_with(":in ")
        })
}

/// Whether a line is what Elixir raised: `** (RuntimeError) why`.
pub(super) fn begins_elixir(line: &str) -> bool {
    let name = line.strip_prefix("** (").and_then(|rest| rest.split_once(')'));
    name.is_some_and(|(name, _)| name.starts_with(|c: char| c.is_alphabetic()) && name.chars().all(is_name))
}

/// What Elixir's processes say behind that.
fn is_last_state(text: &str) -> bool {
    ["Last message", "State: ", "Client "].iter().any(|head| text.starts_with(head))
}

/// Whether a line says again why Go ends, once what recovered has panicked anew.
pub(super) fn panics_anew(within: Within, line: &str) -> bool {
    within == Within::Panic && line.starts_with("\tpanic: ")
}

/// A character of a class's name.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '$' | '_')
}

/// Whether a line may stand within a private key: base64, or what PEM says of it first.
fn is_key(line: &str) -> bool {
    let line = line.trim();
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    line.chars().all(base64) || line.starts_with("Proc-Type: ") || line.starts_with("DEK-Info: ")
}

impl Within {
    /// Whether it has its frames, so that what begins another trace is none of it.
    pub(super) fn has_all(self) -> bool {
        matches!(self, Within::Frames | Within::Thrown | Within::Python)
    }

    /// Whether any line that is indented may be of it, so that others' have to be told by what they are.
    pub(super) fn takes_indented(self) -> bool {
        use Within::{Chained, Elixir, Frames, Head, Object, Python, Recovered, Rust, Thrown};
        matches!(self, Recovered | Frames | Head | Thrown | Chained | Rust | Elixir | Python | Object(_))
    }

    /// What the trace is once this line belongs to it; `None` where the line is of its own.
    pub(super) fn then(self, line: &str) -> Option<Within> {
        // AWS' Lambda indents Python's by blanks that do not break.
        let indented = line.starts_with([' ', '\t', '\u{a0}']);
        let text = line.trim_start();
        if indented && self.takes_indented() && is_stranger(line) {
            return None;
        }
        if begins_python(text) && self != Within::Context {
            return (!self.has_all()).then_some(Within::Python);
        }
        // Rich indents it as all that it draws.
        if self == Within::Python && indented && chains(text) {
            return Some(Within::Chained);
        }
        match self {
            Within::Chained if indented => return Some(self),
            Within::Pretty | Within::Values => return pretty::then(self, line),
            Within::Key if text.starts_with("-----END ") => return Some(Within::Nothing),
            Within::Key => return is_key(text).then_some(Within::Key),
            // The line that names the exception ends it.
            Within::Python if indented || text.starts_with(['^', '|', '+', '│', '╰']) => {
                return Some(Within::Python);
            }
            // The frame where it was caught, as loguru marks it.
            Within::Python if text.starts_with("> File \"") => return Some(Within::Python),
            Within::Python if is_thrown(text) => return Some(Within::Thrown),
            Within::Places if is_place(line) => return Some(self),
            Within::Bars if line.starts_with("  | ") || text.is_empty() => return Some(self),
            Within::Console if line.starts_with("      ") => return Some(Within::Console),
            Within::Recovered if is_slot(line) => return Some(Within::Slots),
            Within::Recovered => return (!line.starts_with("[GIN")).then_some(self),
            Within::Slots if line.starts_with('\t') || is_slot(line) => return Some(self),
            Within::Go if is_go(line) => return Some(Within::Go),
            Within::Panic if line.starts_with("[signal ") || line.starts_with("\tpanic: ") => return Some(self),
            Within::Says => return Some(Within::Rust),
            Within::Rust if indented || line.starts_with("note: ") || line.starts_with("stack backtrace:") => {
                return Some(Within::Rust);
            }
            Within::Context => return Some(monolog::then(line)),
            Within::Php if monolog::is_previous(line) => return Some(Within::Context),
            // Monolog's end of a context.
            Within::Php if text.starts_with("\"}") => return Some(Within::Nothing),
            Within::Php if is_php(text) => return Some(Within::Php),
            Within::Uncaught if node::points(line) => return Some(self),
            Within::Uncaught if line.ends_with('{') => return Some(Within::Object(1)),
            Within::Uncaught => return Some(Within::Head),
            Within::Object(_) if line == "}" => return Some(Within::Frames),
            Within::Object(depth) if indented => return Some(object(depth, text.trim_end())),
            Within::Frames | Within::Nothing | Within::Head if line.ends_with(" {") && is_frame(line) => {
                return Some(Within::Object(1));
            }
            Within::Frames | Within::Head if node::ends(line) => return Some(Within::Nothing),
            Within::Frames | Within::Head if node::goes_on(line) => return Some(self),
            Within::Elixir if indented || is_last_state(text) => return Some(self),
            _ if begins_elixir(line) => return Some(Within::Elixir),
            Within::Head if indented && !is_frame(line) => return Some(self),
            Within::Thrown if indented || text.starts_with(['╭', '│', '╰']) || is_detail(line) => {
                return Some(self);
            }
            // More of what these say may come before their frames.
            Within::Frames if indented && (text.starts_with("Suppressed: ") || text.starts_with("---> ")) => {
                return Some(Within::Head);
            }
            // The last is the end of what Node says of an error.
            Within::Frames if may_be_part(line) || line == "}" => return Some(self),
            Within::Head if indented || line == "}" => return Some(Within::Frames),
            _ => {}
        }
        if matches!(text.trim_end(), "Stack trace:" | "[stacktrace]") {
            return Some(Within::Php);
        }
        if text.starts_with("goroutine ") && text.ends_with(':') {
            return Some(Within::Go);
        }
        let is_frame = indented
            && (is_ruby(line)
                || text.starts_with("at ")
                || text.starts_with("Suppressed: ")
                || text.starts_with("---> ")
                || text.starts_with("--- End of ")
                || is_rest(line));
        if chains(text) {
            return Some(Within::Chained);
        }
        // Below another one that has no frames it begins a trace of its own.
        if text.starts_with("Caused by: ") || !self.has_all() && self != Within::Head && is_header(line) {
            return Some(Within::Head);
        }
        // .NET, where what was thrown once is thrown anew.
        let goes_on = text.starts_with("--- End of ") && text.contains("stack trace")
            || text.starts_with("stack backtrace:")
            || is_ruby_place(line);
        (is_frame || goes_on).then_some(Within::Frames)
    }
}

/// Among what an error of JavaScript has besides, behind a line more: the bracket that was first is the last to be closed.
fn object(depth: u8, text: &str) -> Within {
    let depth = depth.saturating_add(u8::from(text.ends_with(['{', '['])));
    let is_closed = text.starts_with(['}', ']']);
    match depth.saturating_sub(u8::from(is_closed)) {
        0 if text == "}" => Within::Frames,
        depth => Within::Object(depth.max(1)),
    }
}

/// Whether a text begins a trace of Python's, or a group of them.
pub(super) fn begins_python(text: &str) -> bool {
    // Rich draws it in a box.
    if text.starts_with(['╭', '+']) && text.trim_end().ends_with(['╮', '+']) {
        let title = text.trim_matches(['╭', '╮', '─', '+', '-', ' ']);
        return title == "Traceback (most recent call last)";
    }
    let text = text.strip_prefix("+ ").unwrap_or(text);
    text.starts_with("Traceback (most recent call last)") || text.starts_with("Exception Group Traceback (most recent")
}

/// `java.lang.IllegalStateException: why`, alone on its line: a class in a package, named as what is thrown.
pub(super) fn is_header(line: &str) -> bool {
    let name = line.split_once(':').map_or(line, |(name, _)| name).trim_end();
    let last = name.rsplit('.').next().unwrap_or_default();
    name.contains('.')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(is_name)
        && last.starts_with(|c: char| c.is_ascii_uppercase())
        && ["Exception", "Error", "Throwable"].iter().any(|end| last.ends_with(end))
}

/// `ValueError: why`, as Python ends a trace.
fn is_thrown(text: &str) -> bool {
    let name = text.split_once(':').map_or(text, |(name, _)| name);
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
}

/// `#0 /srv/a.php(7): f()`, `thrown in /srv/a.php on line 7`, and what of a chain comes next.
fn is_php(text: &str) -> bool {
    let is_frame = text.strip_prefix('#').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    is_frame
        || text.starts_with("thrown in ")
        || text.starts_with("Next ")
        || text.starts_with("[previous exception]")
        || text.trim_end().is_empty()
}

/// `/go/gin/context.go:174 (0x4b5)`.
fn is_slot(line: &str) -> bool {
    let place = line.strip_suffix(')').and_then(|line| line.rsplit_once(" (0x"));
    place.and_then(|(place, _)| place.rsplit_once(':')).is_some_and(|(path, number)| {
        !path.contains(' ') && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    })
}

fn is_go(line: &str) -> bool {
    line.starts_with('\t') || line.ends_with(')') || line.starts_with("created by ") || line.starts_with("exit status")
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
