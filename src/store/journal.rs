//! The journal of actions as text: one step a line, each line with its own SHA-256 and that of the line before.
//!
//! Pure: bytes in, bytes out. The file, its lock and the clock are `runtime::journal`'s.
//!
//! A line is a JSON object. Its last field, `sha256`, is the SHA-256 of the line without that field; `prev` is the
//! SHA-256 of the whole line before. So a changed byte shows in its own line, and a line that was taken out, put in or
//! moved shows in the next. What the chain cannot show is that the newest lines were removed whole.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::domain::plan;
use crate::domain::text::json_escape;

/// The `prev` of the first line.
pub const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Written down before anything is sent.
    Begun,
    /// Written: its answer was lost, and it was found out.
    Done,
    /// Written; the note tells whether it was read back.
    Requested,
    /// It was so already.
    NoEffect,
    /// Not sent.
    Refused,
    /// Sent, and refused by the registry, as it had changed meanwhile.
    Conflict,
    /// Sent, and nobody can be reached who knows.
    Unknown,
    /// Sent, and known not to have been written.
    Failed,
    /// Not a step of an action: the line before was torn by a crash, and this one says so.
    Mended,
}

impl Step {
    /// The word of the line.
    pub fn word(self) -> &'static str {
        match self {
            Step::Begun => "begun",
            Step::Done => "done",
            Step::Requested => "requested",
            Step::NoEffect => "no_effect",
            Step::Refused => "refused",
            Step::Conflict => "conflict",
            Step::Unknown => "unknown",
            Step::Failed => "failed",
            Step::Mended => "mended",
        }
    }
}

/// How an action ended; what was only planned is never written down, hence begun.
impl From<plan::Outcome> for Step {
    fn from(outcome: plan::Outcome) -> Step {
        match outcome {
            plan::Outcome::Planned => Step::Begun,
            plan::Outcome::Done => Step::Done,
            plan::Outcome::Requested => Step::Requested,
            plan::Outcome::NoEffect => Step::NoEffect,
            plan::Outcome::Refused => Step::Refused,
            plan::Outcome::Conflict => Step::Conflict,
            plan::Outcome::Unknown => Step::Unknown,
            plan::Outcome::Failed | plan::Outcome::Unreachable => Step::Failed,
        }
    }
}

/// What was acted on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// The service.
    pub service: String,
    /// `host:port`.
    pub address: String,
    /// The znode.
    pub path: String,
}

/// One write of the plan, with the exact bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "WriteText", try_from = "WriteText")]
pub struct Write {
    /// `set`, `create`, `delete`, `http`.
    pub kind: String,
    /// The znode or the URL.
    pub path: String,
    /// What stood there; `None`: nothing.
    pub before: Option<Vec<u8>>,
    /// What shall stand there; `None`: nothing.
    pub after: Option<Vec<u8>>,
    /// The version that it was read in.
    pub version: Option<i32>,
}

impl From<&plan::Write> for Write {
    fn from(write: &plan::Write) -> Write {
        let kind = match write.kind {
            plan::WriteKind::Set => "set",
            plan::WriteKind::Create => "create",
            plan::WriteKind::Delete => "delete",
            plan::WriteKind::Http => "http",
        };
        let bytes = |data: &Option<std::sync::Arc<[u8]>>| data.as_ref().map(|d| d.to_vec());
        Write {
            kind: kind.to_owned(),
            path: write.path.to_string(),
            before: bytes(&write.before),
            after: bytes(&write.after),
            version: write.version,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct WriteText {
    kind: String,
    path: String,
    before: Option<String>,
    after: Option<String>,
    version: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
}

impl From<Write> for WriteText {
    fn from(write: Write) -> WriteText {
        let text = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|b| String::from_utf8(b.clone())).transpose();
        let Write { kind, path, before, after, version } = write;
        match (text(&before), text(&after)) {
            (Ok(before), Ok(after)) => WriteText { kind, path, before, after, version, encoding: None },
            _ => {
                let encode = |bytes: Option<Vec<u8>>| bytes.map(|b| BASE64.encode(b));
                let encoding = Some("base64".to_owned());
                WriteText { kind, path, before: encode(before), after: encode(after), version, encoding }
            }
        }
    }
}

impl TryFrom<WriteText> for Write {
    type Error = String;

    fn try_from(text: WriteText) -> Result<Write, String> {
        let bytes = |t: Option<String>| match (t, text.encoding.as_deref()) {
            (None, _) => Ok(None),
            (Some(t), None) => Ok(Some(t.into_bytes())),
            (Some(t), Some("base64")) => BASE64.decode(t).map(Some).map_err(|e| e.to_string()),
            (Some(_), Some(_)) => Err("an encoding that this version does not know".to_owned()),
        };
        let (before, after) = (bytes(text.before)?, bytes(text.after)?);
        Ok(Write { kind: text.kind, path: text.path, before, after, version: text.version })
    }
}

/// One line, without the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The number of the line, from 1.
    pub line: u64,
    /// The action, the same on all of its lines: the number of its first.
    pub id: String,
    /// RFC 3339, UTC, milliseconds.
    pub at: String,
    /// Who.
    pub by: String,
    /// From which machine.
    pub host: String,
    /// The name of the cluster.
    pub cluster: Option<String>,
    /// The address of the registry.
    pub registry: String,
    /// `drain`, `undrain`, `weight`, `deregister`, `undo`.
    pub op: String,
    /// What was acted on.
    pub target: Acted,
    /// How far it has come.
    pub step: Step,
    /// The writes; only on the first line of an action.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<Write>,
    /// Why, in the operator's words.
    pub reason: Option<String>,
    /// For `undo`: the action that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_of: Option<String>,
    /// The session that writes, `0x…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// What else is to be known: why it was refused, how long the effect took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An entry with its links.
#[derive(Serialize, Deserialize)]
struct Linked {
    #[serde(flatten)]
    entry: Entry,
    prev: String,
}

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

const OWN: &str = ",\"sha256\":\"";
/// Bytes of the last field and the brace behind it.
const OWN_LEN: usize = OWN.len() + 64 + 2;

/// The line of an entry, without a line feed. `before` is the line before, `None` for the first.
pub fn line(entry: &Entry, before: Option<&[u8]>) -> String {
    let prev = before.map_or_else(|| FIRST.to_owned(), sha256);
    let linked = Linked { entry: entry.clone(), prev };
    let json = serde_json::to_string(&linked).expect("strings and numbers alone, which JSON always holds");
    // Nothing in the file may move a cursor of whoever prints it.
    let mut line = json_escape(&json).into_owned();
    let own = sha256(line.as_bytes());
    line.truncate(line.len() - 1);
    line.push_str(&format!("{OWN}{own}\"}}"));
    line
}

/// Reads a line that is as it was written.
///
/// # Errors
/// In words: what is wrong with it.
pub fn read_line(line: &[u8]) -> Result<(Entry, String), &'static str> {
    let no_entry = "is no entry of the journal";
    let own = line.len().checked_sub(OWN_LEN).and_then(|at| line.split_at_checked(at)).ok_or(no_entry)?;
    let (head, tail) = own;
    let hash = tail.strip_prefix(OWN.as_bytes()).and_then(|t| t.strip_suffix(b"\"}")).ok_or(no_entry)?;
    let mut bare = head.to_vec();
    bare.push(b'}');
    if sha256(&bare).as_bytes() != hash {
        return Err("was changed after it was written");
    }
    let linked: Linked =
        serde_json::from_slice(&bare).map_err(|_| "is whole, but of a form that this version cannot read")?;
    Ok((linked.entry, linked.prev))
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
