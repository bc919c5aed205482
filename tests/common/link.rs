//! A TCP link that a test owns: it can be cut (closed at once, nobody accepted), hung (nothing passes, nothing closes) and
//! restored; and it can hold back one write of ZooKeeper's, or its answer.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Up,
    Hung,
    Cut,
}

/// What is held back on the connection that carries a write of the path, from that write on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// The write and all behind it.
    Request,
    /// The answer and all behind it; the write passes.
    Reply,
}

/// What is to be held, and the path that a write must name.
type Held = Option<(Hold, Vec<u8>)>;

/// A link to one port of 127.0.0.1. New connections pass while one is held.
pub struct Link {
    address: String,
    mode: watch::Sender<Mode>,
    hold: Arc<Mutex<Held>>,
    held: watch::Sender<bool>,
    release: watch::Sender<bool>,
    gone: watch::Sender<bool>,
    /// What is answered to `srvr` in the server's place.
    version: Option<&'static str>,
}

impl Link {
    /// To this `host:port`.
    pub async fn to(target: &str) -> Link {
        Link::new(target, None).await
    }

    /// To a server that says it is of this version, `3.4.13`.
    pub async fn pretending(target: &str, version: &'static str) -> Link {
        Link::new(target, Some(version)).await
    }

    async fn new(target: &str, version: Option<&'static str>) -> Link {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address").to_string();
        let (mode, hold) = (watch::Sender::new(Mode::Up), Arc::default());
        let [held, release, gone] = [(); 3].map(|()| watch::Sender::new(false));
        let link = Link { address, mode, hold, held, release, gone, version };
        let (target, pump) = (target.to_owned(), link.pump());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(join(near, target.clone(), pump.clone()));
            }
        });
        link
    }

    fn pump(&self) -> Pump {
        Pump {
            mode: self.mode.subscribe(),
            hold: self.hold.clone(),
            held: self.held.clone(),
            release: self.release.subscribe(),
            gone: self.gone.clone(),
            stuck: watch::Sender::new(false),
            passed: watch::Sender::new(false),
            version: self.version,
        }
    }

    /// Where to connect.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Closes all connections and accepts none.
    pub fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }

    /// Nothing passes, nothing closes.
    pub fn hang(&self) {
        self.mode.send_replace(Mode::Hung);
    }

    /// All is well again.
    pub fn restore(&self) {
        self.mode.send_replace(Mode::Up);
    }

    /// Holds back the next write that names the path.
    pub fn hold(&self, what: Hold, path: &str) {
        *self.hold.lock().expect("no test panics while it holds the lock") = Some((what, path.as_bytes().to_vec()));
    }

    /// Waits until a write is held.
    pub async fn held(&self) {
        let mut held = self.held.subscribe();
        held.wait_for(|held| *held).await.expect("the link lives");
    }

    /// Lets go what was held, late.
    pub fn release(&self) {
        self.release.send_replace(true);
    }

    /// Lets it go, and waits until the server has all of the connection that carried it, and has closed that.
    pub async fn release_to_the_end(&self) {
        self.release();
        let mut gone = self.gone.subscribe();
        let ended = tokio::time::timeout(super::BOUND, gone.wait_for(|gone| *gone)).await;
        ended.expect("the held connection ends").expect("the link lives");
    }
}

#[derive(Clone)]
struct Pump {
    mode: watch::Receiver<Mode>,
    hold: Arc<Mutex<Held>>,
    held: watch::Sender<bool>,
    release: watch::Receiver<bool>,
    /// The connection that carried what was held is at its end.
    gone: watch::Sender<bool>,
    /// Of this connection: nothing comes back on it any more.
    stuck: watch::Sender<bool>,
    /// Of this connection: what was held has been sent on.
    passed: watch::Sender<bool>,
    version: Option<&'static str>,
}

async fn join(near: TcpStream, target: String, pump: Pump) {
    let mut pump = Pump { stuck: watch::Sender::new(false), passed: watch::Sender::new(false), ..pump };
    if pump.mode.wait_for(|mode| *mode != Mode::Hung).await.is_err() || *pump.mode.borrow() == Mode::Cut {
        return;
    }
    let mut near = near;
    if let Some(version) = pump.version {
        let mut word = [0; 4];
        while near.peek(&mut word).await.is_ok_and(|n| n > 0 && n < 4) {}
        if &word == b"srvr" {
            let _ = near.read(&mut word).await;
            let _ = near.write_all(format!("Zookeeper version: {version}\nMode: standalone\n").as_bytes()).await;
            return;
        }
    }
    let Ok(far) = TcpStream::connect(target).await else { return };
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let (mut mode, stuck, gone) = (pump.mode.clone(), pump.stuck.clone(), pump.gone.clone());
    tokio::select! {
        _ = mode.wait_for(|mode| *mode == Mode::Cut) => {}
        () = upward(near_in, far_out, pump.clone()) => {}
        () = downward(far_in, near_out, pump) => {}
    }
    if *stuck.borrow() {
        gone.send_replace(true);
    }
}

/// ZooKeeper's writes: delete, set, multi.
const WRITES: [i32; 3] = [2, 5, 14];

async fn upward(mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf, mut pump: Pump) {
    let (mut buffer, mut bytes) = (Vec::new(), vec![0; 65536]);
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        buffer.extend_from_slice(&bytes[..count]);
        if pump.mode.wait_for(|mode| *mode != Mode::Hung).await.is_err() {
            return;
        }
        if buffer.starts_with(b"srvr") {
            let _ = to.write_all(&std::mem::take(&mut buffer)).await;
        }
        while let Some(length) = buffer.first_chunk::<4>().map(|l| 4 + i32::from_be_bytes(*l) as usize) {
            if buffer.len() < length {
                break;
            }
            let frame: Vec<u8> = buffer.drain(..length).collect();
            match pump.holds(&frame) {
                Some(Hold::Request) => {
                    pump.stuck.send_replace(true);
                    pump.held.send_replace(true);
                    let _ = pump.release.wait_for(|go| *go).await;
                    let _ = to.write_all(&frame).await;
                    pump.passed.send_replace(true);
                }
                Some(Hold::Reply) => {
                    pump.stuck.send_replace(true);
                    let _ = to.write_all(&frame).await;
                    pump.passed.send_replace(true);
                    pump.held.send_replace(true);
                }
                None => drop(to.write_all(&frame).await),
            }
        }
    }
}

async fn downward(mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf, mut pump: Pump) {
    let mut bytes = vec![0; 65536];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if pump.mode.wait_for(|mode| *mode != Mode::Hung).await.is_err() {
            return;
        }
        if *pump.stuck.borrow() {
            let _ = pump.release.wait_for(|go| *go).await;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            break;
        }
    }
    // A held write outlives the server's closing of the connection, as in a path that comes back late.
    if *pump.stuck.borrow() {
        let _ = pump.release.wait_for(|go| *go).await;
        let _ = pump.passed.subscribe().wait_for(|passed| *passed).await;
    }
}

impl Pump {
    fn holds(&self, frame: &[u8]) -> Option<Hold> {
        let op = frame.get(8..12).map(|op| i32::from_be_bytes(op.try_into().expect("four bytes")))?;
        let mut hold = self.hold.lock().expect("no test panics while it holds the lock");
        let (what, path) = hold.as_ref()?;
        let names = frame.windows(path.len()).any(|part| part == path.as_slice());
        let what = *what;
        (WRITES.contains(&op) && names).then(|| *hold = None)?;
        Some(what)
    }
}
