//! What every export passes before anybody reads it: no page in a browser, the token where one is asked for, room in the
//! mailbox, and a bound on the bytes that all connections together have sent and nobody has read yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt;
use tokio::sync::{Semaphore, SemaphorePermit};
use tonic::{Code, Status};

use super::refusal::{Form, Refusal};
use super::turned::Asked;
use super::{MOST_BYTES, Shared};

/// gRPC's number of [`Code::OutOfRange`], as an answer's head has it.
const OUT_OF_RANGE: &str = "11";
const _: () = assert!(Code::OutOfRange as i32 == 11);

/// An export must be here by then.
const WHOLE: Duration = Duration::from_secs(10);
/// Bytes of exports that are being read, of all connections together.
const MOST_IN_FLIGHT: usize = 64 << 20;
/// How often, and how many times, a full mailbox is looked at again before an export is refused: the sender waits
/// meanwhile, which slows it down to what can be taken.
const LOOK_AGAIN: Duration = Duration::from_millis(5);
const LOOKS: u32 = 100;

/// What of a refused export is let pass at most, in bytes, and for how long.
const SMALL: usize = 64 << 10;
const AT_HAND: Duration = Duration::from_millis(200);

/// Why an export is refused for want of room, in words.
pub(super) const FULL: &str = "more comes than can be taken; send it again later";

/// Bytes in flight.
#[derive(Debug, Default)]
pub(super) struct Flight(AtomicUsize);

/// A part of what is in flight; gone with it.
pub(super) struct Part {
    of: Arc<Flight>,
    bytes: usize,
}

impl Flight {
    /// Nothing yet.
    pub(super) fn part(self: &Arc<Self>) -> Part {
        Part { of: self.clone(), bytes: 0 }
    }
}

impl Part {
    /// Whether there is room for so many more, which then are counted.
    pub(super) fn more(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.of.0.fetch_add(bytes, Ordering::Relaxed) + bytes <= MOST_IN_FLIGHT
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.of.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// How the sender of these headers wants to be spoken to.
pub(super) fn form(headers: &HeaderMap) -> Option<Form> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim();
    let is = |wanted: &str| kind.eq_ignore_ascii_case(wanted);
    match kind {
        _ if kind.len() >= 16 && kind[..16].eq_ignore_ascii_case("application/grpc") => Some(Form::Grpc),
        _ if is("application/x-protobuf") || is("application/protobuf") => Some(Form::Protobuf),
        _ if is("application/json") => Some(Form::Json),
        _ => None,
    }
}

/// Lets an export through, or refuses it; what is refused, here or later, is told.
pub(super) async fn pass(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let answer = answered(&shared, request, next).await;
    asked.tell(&answer, &*shared.mailbox);
    answer
}

async fn answered(shared: &Shared, mut request: Request, next: Next) -> Response {
    spell_out(request.headers_mut());
    let form = form(request.headers());
    let refuse = |refusal: Refusal, why| refusal.answer(form.unwrap_or(Form::Json), why);
    if request.headers().contains_key(header::ORIGIN) {
        past(request.into_body()).await;
        return refuse(Refusal::Browser, "pages in a browser may not send here");
    }
    if !shared.admits(request.headers()) {
        past(request.into_body()).await;
        return refuse(Refusal::Unknown, "a bearer token is asked for here");
    }
    if form != Some(Form::Grpc) && told_length(request.headers()).is_some_and(|bytes| bytes > MOST_BYTES as u64) {
        return refuse(Refusal::TooLarge, &too_large());
    }
    if !room(shared).await {
        return refuse(Refusal::Busy, FULL);
    }
    // Over HTTP it is counted when it is unpacked; what gRPC unpacks is bounded by itself.
    let request = if form == Some(Form::Grpc) { request.map(|body| counted(body, shared)) } else { request };
    match tokio::time::timeout(WHOLE, next.run(request)).await {
        // The library says of what is too large that it is out of range, which senders take for a word to send it again.
        Ok(answer) if answer.headers().get(Status::GRPC_STATUS).is_some_and(|code| code == OUT_OF_RANGE) => {
            refuse(Refusal::TooLarge, &too_large())
        }
        Ok(answer) => answer,
        Err(_) => refuse(Refusal::TooSlow, "the export did not come in time"),
    }
}

/// Lets what is refused pass, unread, as far as it is small and comes at once: an answer before it ends the stream of HTTP/2, which
/// curl takes for an error of the line and shows no answer at all.
pub(super) async fn past(body: Body) {
    let mut body = body.into_data_stream();
    let mut left = SMALL;
    let all = async {
        while let Some(Ok(chunk)) = body.next().await
            && chunk.len() < left
        {
            left -= chunk.len();
        }
    };
    let _ = tokio::time::timeout(AT_HAND, all).await;
}

/// The encoding as the library knows it: by its rules it is written in capitals or not, and gzip has an older name; what is
/// empty is none.
fn spell_out(headers: &mut HeaderMap) {
    let told = headers.get(header::CONTENT_ENCODING).and_then(|told| told.to_str().ok());
    let Some(told) = told.map(|told| told.trim().to_ascii_lowercase()) else { return };
    let known = match &*told {
        "" => {
            headers.remove(header::CONTENT_ENCODING);
            return;
        }
        "gzip" | "x-gzip" => "gzip",
        "deflate" => "deflate",
        "zstd" => "zstd",
        "identity" => "identity",
        _ => return,
    };
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(known));
}

/// Why an export is refused for its size, in words.
pub(super) fn too_large() -> String {
    format!("an export may have {} MiB, unpacked", MOST_BYTES >> 20)
}

/// How long the sender says that the body is.
fn told_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

/// Exports that are read and put into the mailbox at once: what is answered with success must have room there, which many that
/// looked for it at the same moment would share.
const AT_ONCE: usize = 2;

/// Whose turn it is.
#[derive(Debug)]
pub(super) struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

/// Waits a moment for the turn to be read and for room in the mailbox, which is kept until this is gone.
pub(super) async fn turn(shared: &Shared) -> Option<SemaphorePermit<'_>> {
    let turn = tokio::time::timeout(LOOK_AGAIN * LOOKS, shared.turns.0.acquire()).await.ok()?.ok()?;
    room(shared).await.then_some(turn)
}

/// Waits a moment for room in the mailbox.
async fn room(shared: &Shared) -> bool {
    for _ in 0..LOOKS {
        if !shared.mailbox.crowded() {
            return true;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    false
}

/// A body whose bytes are counted until it is read.
fn counted(body: Body, shared: &Shared) -> Body {
    let mut part = shared.flight.part();
    Body::from_stream(body.into_data_stream().map(move |chunk| match chunk {
        Ok(bytes) if part.more(bytes.len()) => Ok::<Bytes, Box<dyn std::error::Error + Send + Sync>>(bytes),
        Ok(_) => Err(Refusal::Busy.grpc(FULL).into()),
        Err(error) => Err(error.into()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_flight_is_bounded_and_comes_back() {
        let flight = Arc::new(Flight::default());
        let mut one = flight.part();
        assert!(one.more(MOST_IN_FLIGHT) && !flight.part().more(1));
        drop(one);
        assert!(flight.part().more(1));
    }

    #[test]
    fn an_encoding_is_known_however_it_is_spelt() {
        for (told, wanted) in
            [("GZIP", Some("gzip")), ("x-gzip", Some("gzip")), (" Zstd ", Some("zstd")), ("", None), ("br", Some("br"))]
        {
            let mut headers = HeaderMap::from_iter([(header::CONTENT_ENCODING, told.parse().unwrap())]);
            spell_out(&mut headers);
            assert_eq!(headers.get(header::CONTENT_ENCODING).map(|told| told.to_str().unwrap()), wanted, "{told:?}");
        }
    }

    #[test]
    fn the_form_follows_the_content_type() {
        let of = |kind: &str| form(&HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]));
        assert_eq!(of("application/grpc+proto"), Some(Form::Grpc));
        assert_eq!(of("Application/JSON; charset=utf-8"), Some(Form::Json));
        assert_eq!((of("application/x-protobuf"), of("text/plain")), (Some(Form::Protobuf), None));
    }
}
