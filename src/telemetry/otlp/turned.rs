//! Exports that are refused whole: who sent them and why, told as facts, so that what never came in is missed all the same.
//! What of an export was refused is `refused`, and in which words the sender is answered is `refusal`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use memchr::memmem;
use tonic::{Code, Status};

use super::now;
use super::refusal::Form;
use crate::domain::fact::{Fact, Mailbox, SourceFact, SourceState, Turned};
use crate::domain::secret;

/// The longest word of the sender's own that is told, in characters.
const LONGEST: usize = 80;
/// So far into an export it is looked whose it is, in bytes.
const FRONT: usize = 64 << 10;
/// What comes before the name of a service, in both forms.
const NAME: &[u8] = b"service.name";

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// Why an answer refuses an export; it travels with the answer, beside what is said to the sender.
#[derive(Clone, Debug)]
pub(super) struct Why {
    /// The same for all of a kind.
    pub(super) why: &'static str,
    /// What more there is to say.
    pub(super) said: String,
}

/// The service whose export it is.
#[derive(Clone, Debug)]
pub(super) struct Whose(pub(super) Option<String>);

/// Who asks for what, kept until it is known how it is answered.
pub(super) struct Asked {
    peer: Option<Peer>,
    agent: Option<HeaderValue>,
    uri: Uri,
    /// It is an export, and no look at what listens here.
    is_export: bool,
}

impl Asked {
    pub(super) fn of(request: &Request) -> Asked {
        Asked {
            peer: request.extensions().get::<Peer>().copied(),
            agent: request.headers().get(header::USER_AGENT).cloned(),
            uri: request.uri().clone(),
            is_export: request.method() == Method::POST,
        }
    }

    /// Tells of this answer, if it refuses an export.
    pub(super) fn tell(&self, answer: &Response, mailbox: &dyn Mailbox) {
        let refused = self.is_export.then(|| refused(answer)).flatten();
        let Some((again, Why { why, said })) = refused else { return };
        let what = match self.uri.path() {
            "/v1/traces" | "/api/v2/spans" => "spans",
            "/v1/logs" => "log records",
            "/v1/metrics" => "metrics",
            path if path.ends_with(".TraceService/Export") => "spans",
            path if path.ends_with(".LogsService/Export") => "log records",
            path if path.ends_with(".MetricsService/Export") => "metrics",
            _ => "of what is not known",
        };
        let whose = answer.extensions().get::<Whose>().and_then(|whose| whose.0.as_deref());
        let turned = Turned {
            exports: 1,
            again,
            from: self.from(whose).into(),
            why: format!("{what}, {why}").into(),
            said: short(&said).into(),
        };
        let state = SourceState::Refused(Box::new(turned));
        mailbox.put(Fact::Source(SourceFact { at: now(), name: "otlp".into(), state }));
    }

    fn from(&self, whose: Option<&str>) -> String {
        let at = self.peer.map_or_else(|| "an address that is not known".to_owned(), |Peer(ip)| ip.to_string());
        let at = whose.map_or_else(|| at.clone(), |whose| format!("{} at {at}", short(whose)));
        match self.agent.as_ref().map(|agent| short(&String::from_utf8_lossy(agent.as_bytes()))) {
            Some(agent) if !agent.is_empty() => format!("{at} ({agent})"),
            _ => at,
        }
    }
}

/// Why an answer refuses, and whether its sender will try again, by the rules of the protocol.
fn refused(answer: &Response) -> Option<(bool, Why)> {
    let status = answer.status();
    let (again, why, said) = match Status::from_header_map(answer.headers()).filter(|_| status == StatusCode::OK) {
        Some(grpc) if grpc.code() == Code::Ok => return None,
        Some(grpc) => {
            let again = match grpc.code() {
                Code::ResourceExhausted => !grpc.details().is_empty(),
                code => matches!(
                    code,
                    Code::Cancelled
                        | Code::DeadlineExceeded
                        | Code::Aborted
                        | Code::OutOfRange
                        | Code::Unavailable
                        | Code::DataLoss
                ),
            };
            (again, "it cannot be taken", grpc.message().to_owned())
        }
        None if status.is_client_error() || status.is_server_error() => {
            let again = matches!(status.as_u16(), 429 | 502..=504);
            let why = match status {
                StatusCode::UNSUPPORTED_MEDIA_TYPE => "its encoding is none that is taken",
                _ => "it cannot be taken",
            };
            (again, why, status.to_string())
        }
        None => return None,
    };
    Some((again, answer.extensions().get::<Why>().cloned().unwrap_or(Why { why, said })))
}

/// A text of the sender's, no longer than can be told in a row, without its secrets.
fn short(text: &str) -> String {
    let text = secret::mask(text.trim());
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// The service that an export is from, though it cannot be read: found by what surrounds its name in both forms.
pub(super) fn whose(form: Form, export: &[u8]) -> Whose {
    let front = &export[..export.len().min(FRONT)];
    let found = || {
        let behind = front.get(memmem::find(front, NAME)? + NAME.len()..)?;
        let name = match form {
            Form::Json => {
                let value = behind.get(memmem::find(behind, b"\"stringValue\"")? + 13..)?;
                let begin = memchr::memchr(b'"', value)? + 1;
                let length = memchr::memchr(b'"', value.get(begin..)?)?;
                value.get(begin..begin + length)?
            }
            // The value as a message, and in it the text; both are short.
            Form::Protobuf | Form::Grpc => match behind {
                [0x12, _, 0x0a, length @ 0..0x80, rest @ ..] => rest.get(..usize::from(*length))?,
                _ => return None,
            },
        };
        std::str::from_utf8(name).ok().filter(|name| !name.is_empty()).map(str::to_owned)
    };
    Whose(found())
}

/// Tells of an export that came where none is taken.
pub(super) fn tell_not_found(asked: &Asked, form: Option<Form>, answer: &mut Response, mailbox: &Arc<dyn Mailbox>) {
    // What is no export is some page that somebody looked for.
    if form.is_some() {
        answer.extensions_mut().insert(Why { why: "none is taken at its path", said: asked.uri.path().to_owned() });
        asked.tell(answer, &**mailbox);
    }
}
