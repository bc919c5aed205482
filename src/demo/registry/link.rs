//! One connection, from its first byte to its last: a four-letter word, or a handshake and then requests, each answered
//! before the next is looked at.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use super::Shared;
use super::outbox::{Gate, Outbox};
use super::request::{self, After};
use super::state::{Hello, Reception};
use super::words;

/// A longer frame ends the link, as ZooKeeper's own `jute.maxbuffer` has it.
const LONGEST_FRAME: usize = 0xf_ffff;
/// A client says hello within this time.
const HELLO: Duration = Duration::from_secs(10);
/// So long a client may take to read its last answer and to hang up.
const FAREWELL: Duration = Duration::from_secs(2);

/// Serves a connection until it ends.
pub(super) async fn run(shared: Arc<Shared>, socket: TcpStream, peer: SocketAddr) {
    let outbox = Arc::new(Outbox::new(shared.stop.child_token()));
    let gate = outbox.gate(&shared.stall);
    // Answers are small and waited for: Nagle's algorithm would hold every second one back.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!("demo registry: link of {peer}: {error}");
    }
    let (input, output) = socket.into_split();
    let mut reading = Reading { shared, outbox: Arc::clone(&outbox), gate: gate.clone(), peer, input, link: None };
    let mut writing = pin!(write(Arc::clone(&outbox), gate, output));
    tokio::select! {
        () = outbox.until_cut() => {}
        _ = &mut writing => {}
        end = reading.run() => match end {
            Ok(()) => {
                outbox.close();
                // The last answer goes out, and is read before the socket goes: bytes left unread would reset it.
                let farewell = async { if writing.await.is_ok() { reading.until_hung_up().await } };
                tokio::select! {
                    () = outbox.until_cut() => {}
                    _ = timeout(FAREWELL, farewell) => {}
                }
            }
            Err(error) => tracing::trace!("demo registry: link of {peer}: {error}"),
        }
    }
    if let Some(link) = reading.link {
        reading.shared.state().leave(link);
    }
}

async fn write(outbox: Arc<Outbox>, mut gate: Gate, mut output: OwnedWriteHalf) -> io::Result<OwnedWriteHalf> {
    while let Some(bytes) = outbox.next().await {
        gate.open().await;
        output.write_all(&bytes).await?;
    }
    output.shutdown().await?;
    Ok(output)
}

/// The reading half of a link.
struct Reading {
    shared: Arc<Shared>,
    outbox: Arc<Outbox>,
    gate: Gate,
    peer: SocketAddr,
    input: OwnedReadHalf,
    /// Set once the client has its session.
    link: Option<u64>,
}

impl Reading {
    /// Reads until the link is to be closed in order (`Ok`) or is broken.
    async fn run(&mut self) -> io::Result<()> {
        let mut buffer = BytesMut::with_capacity(4096);
        let hello = match timeout(HELLO, self.first(&mut buffer)).await {
            Ok(Ok(Some(hello))) => hello,
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        };
        self.gate.open().await;
        let Ok(hello) = Hello::read(&hello) else { return Err(invalid("not a hello of the ZooKeeper protocol")) };
        let link = {
            let mut state = self.shared.state();
            match state.join(&hello, self.peer, &self.outbox) {
                Reception::Welcome(link, answer) => {
                    // Under the lock, so that no notification gets in before it.
                    self.outbox.push(&answer);
                    self.link = Some(link);
                    link
                }
                Reception::Expired(answer) => {
                    self.outbox.push(&answer);
                    return Ok(());
                }
                Reception::TurnedAway => return Err(invalid("turned away")),
            }
        };
        loop {
            let frame = self.frame(&mut buffer).await?;
            self.outbox.room().await;
            self.gate.open().await;
            match request::serve(&mut self.shared.state(), link, &frame) {
                After::GoOn => {}
                After::Close => return Ok(()),
            }
        }
    }

    /// The first frame; none if a four-letter word stood in its place, which is answered.
    async fn first(&mut self, buffer: &mut BytesMut) -> io::Result<Option<BytesMut>> {
        self.fill(buffer, 4).await?;
        if let Some(word) = words::Word::parse(&buffer[..4]) {
            self.gate.open().await;
            let answer = {
                let state = self.shared.state();
                if state.refusing {
                    return Err(invalid("turned away"));
                }
                word.answer(&state, self.shared.address)
            };
            self.outbox.push(answer.as_bytes());
            return Ok(None);
        }
        self.frame(buffer).await.map(Some)
    }

    async fn frame(&mut self, buffer: &mut BytesMut) -> io::Result<BytesMut> {
        self.fill(buffer, 4).await?;
        let length = usize::try_from(buffer.get_i32()).unwrap_or(usize::MAX);
        if length > LONGEST_FRAME {
            return Err(invalid("a frame that is too long"));
        }
        self.fill(buffer, length).await?;
        Ok(buffer.split_to(length))
    }

    /// Reads until the buffer holds `count` bytes.
    async fn fill(&mut self, buffer: &mut BytesMut, count: usize) -> io::Result<()> {
        while buffer.len() < count {
            buffer.reserve((count - buffer.len()).max(4096));
            if self.input.read_buf(buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    /// Takes what the client still sends, until it hangs up.
    async fn until_hung_up(&mut self) {
        let mut rest = [0; 1024];
        while matches!(self.input.read(&mut rest).await, Ok(1..)) {}
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
