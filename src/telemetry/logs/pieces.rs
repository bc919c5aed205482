//! Lines that a container runtime cut, put together again, in the frame in which they would have come in one part: a secret
//! that was cut in two is masked in it as in any line. Bounded like any line. Reading the frames is `format`'s.

use super::format::is_cut;
use super::lines::LONGEST;
use super::time::Exact;

/// Parts of one line of one stream.
#[derive(Debug)]
pub(super) struct Pieces {
    /// When the runtime got the first, and as it wrote that.
    at: Option<Exact>,
    at_text: String,
    text: String,
    /// The length of the text, had it not been cut.
    whole: usize,
    /// Docker's, whose frame the line is read in.
    is_docker: bool,
    /// The last part was as long as what the runtime cuts.
    is_cut: bool,
}

impl Pieces {
    /// None yet.
    pub(super) fn new(at: Option<Exact>, at_text: &str, is_docker: bool) -> Self {
        Self { at, at_text: at_text.to_owned(), text: String::new(), whole: 0, is_docker, is_cut: false }
    }

    /// Adds a part.
    pub(super) fn put(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.text.len());
        let end = (0..=text.len().min(room)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        self.text.push_str(&text[..end]);
        self.whole += text.trim_end_matches(['\n', '\r']).len();
        self.is_cut = is_cut(text);
    }

    /// Whether the runtime may have meant it as it is: what ended without a newline was not cut by it.
    pub(super) fn may_be_whole(&self) -> bool {
        self.is_docker && !self.is_cut
    }

    /// The line, no longer than any.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Its length before it was cut, in bytes.
    pub(super) fn whole(&self) -> usize {
        self.whole
    }

    /// When the runtime got the first part.
    pub(super) fn at(&self) -> Option<Exact> {
        self.at
    }

    /// The line in its frame.
    pub(super) fn framed(&self, is_error: bool) -> String {
        let stream = if is_error { "stderr" } else { "stdout" };
        match self.is_docker {
            true => serde_json::json!({"log": self.text, "stream": stream, "time": self.at_text}).to_string(),
            false => format!("{} {stream} F {}", self.at_text, self.text),
        }
    }

    /// Whether the frame is Docker's.
    pub(super) fn is_docker(&self) -> bool {
        self.is_docker
    }
}
