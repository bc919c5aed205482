//! A real Apache ZooKeeper on a free port of loopback, in a folder of its own; killed when dropped. It is Debian's, unless
//! `tests/peers/run` names the jars of another version.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use zookeeper_client::{Acls, Client, Connector, CreateMode};

use super::BOUND;

/// Debian's.
const JAR: &str = "/usr/share/java/zookeeper.jar";
/// Holds the class path of another one.
const CLASSPATH: &str = "KEEPWATCH_TEST_ZOOKEEPER";

/// A running server.
pub struct ZooKeeper {
    place: SocketAddr,
    folder: tempfile::TempDir,
    /// Lines of its configuration besides the usual ones.
    more: String,
    /// Java's options besides the usual ones.
    java: Vec<String>,
    process: Option<Child>,
}

impl ZooKeeper {
    /// Starts one and waits until it serves.
    pub fn start() -> ZooKeeper {
        ZooKeeper::start_with(|_, _| String::new())
    }

    /// The same, with more lines of configuration, told its folder and its address.
    pub fn start_with(more: impl FnOnce(&Path, IpAddr) -> String) -> ZooKeeper {
        ZooKeeper::start_in_java(Vec::new(), more)
    }

    /// The same, with options of Java's.
    pub fn start_in_java(java: Vec<String>, more: impl FnOnce(&Path, IpAddr) -> String) -> ZooKeeper {
        let (folder, place) = (tempfile::tempdir().expect("a temporary folder"), own_place());
        let more = more(folder.path(), place.ip());
        let mut server = ZooKeeper { place, folder, more, java, process: None };
        server.launch();
        server
    }

    fn configure(&self) {
        let text = format!(
            "tickTime=1000\ndataDir={}\nclientPort={}\nclientPortAddress={}\nmaxClientCnxns=0\nminSessionTimeout=1000\n\
             4lw.commands.whitelist=*\nadmin.enableServer=false\nmaxSessionTimeout=60000\n{}",
            self.folder.path().join("data").display(),
            self.place.port(),
            self.place.ip(),
            self.more,
        );
        std::fs::write(self.folder.path().join("zoo.cfg"), text).expect("the configuration is written");
    }

    /// Starts it again after [`ZooKeeper::kill`].
    pub fn launch(&mut self) {
        self.configure();
        let log = File::options().append(true).create(true).open(self.folder.path().join("log")).expect("a log");
        let process = Command::new("java")
            .args(["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dzookeeper.forceSync=no"])
            .args(["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", &classpath()])
            .args(&self.java)
            .arg("org.apache.zookeeper.server.quorum.QuorumPeerMain")
            .arg(self.folder.path().join("zoo.cfg"))
            .stdout(Stdio::from(log.try_clone().expect("the log twice")))
            .stderr(Stdio::from(log))
            .spawn()
            .expect("java runs");
        self.process = Some(process);
        let until = Instant::now() + BOUND;
        while !self.ask("srvr").contains("Mode") {
            let ended = self.process.as_mut().expect("just started").try_wait().expect("it can be asked");
            let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(ended.is_none(), "the ZooKeeper of this test ended ({ended:?}): {}", log());
            assert!(Instant::now() < until, "the ZooKeeper of this test did not start: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// As kill -9.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Stops or continues the process: `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let id = self.process.as_ref().expect("it runs").id().to_string();
        let sent = Command::new("kill").args([format!("-{name}"), id]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// `host:port`.
    pub fn address(&self) -> String {
        self.place.to_string()
    }

    /// A four-letter word's answer.
    pub fn ask(&self, word: &str) -> String {
        ask(self.place, word)
    }

    /// How many packets it has received so far.
    pub fn received(&self) -> u64 {
        let told = self.ask("srvr");
        let count = told.lines().find_map(|line| line.strip_prefix("Received: "));
        count.and_then(|count| count.trim().parse().ok()).expect("the server counts")
    }

    /// Its version, as it tells it.
    pub fn version(&self) -> (u32, u32, u32) {
        let told = self.ask("srvr");
        let numbers = told.split_once("version: ").and_then(|(_, rest)| rest.split(['-', ',']).next());
        let mut numbers = numbers.into_iter().flat_map(|numbers| numbers.split('.')).map_while(|n| n.parse().ok());
        let mut next = || numbers.next().expect("a server tells its version");
        (next(), next(), next())
    }

    /// How a client of the test's own connects: it outlives every pause of the server's, and does not ask an old one for
    /// what came later.
    pub fn connector(&self) -> Connector {
        let (major, minor, patch) = self.version();
        Client::connector().with_server_version(major, minor, patch).with_session_timeout(Duration::from_secs(60))
    }

    /// A client of the test's own.
    pub async fn client(&self) -> Client {
        self.connector().connect(&self.address()).await.expect("a session")
    }
}

impl Drop for ZooKeeper {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A server's answer to a four-letter word; empty where there is none.
pub fn ask(place: SocketAddr, word: &str) -> String {
    let mut text = String::new();
    if let Ok(mut stream) = TcpStream::connect(place) {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
        let _ = stream.write_all(word.as_bytes());
        let _ = stream.read_to_string(&mut text);
    }
    text
}

/// Where Java finds the server.
pub fn classpath() -> String {
    if let Ok(other) = std::env::var(CLASSPATH) {
        return other;
    }
    assert!(Path::new(JAR).exists(), "needs a real ZooKeeper: apt-get install --no-install-recommends zookeeper");
    // What the server's jar does not name, and TLS needs.
    format!("{JAR}:/usr/share/java/slf4j-simple.jar:/usr/share/java/netty-codec.jar:/usr/share/java/netty-resolver.jar")
}

/// A port that nobody takes between this look and the server's start, nor while the server is down. Where all of 127.0.0.0/8
/// is loopback (Linux) each server gets an address of its own, on which nobody's outgoing connections take ports.
fn own_place() -> SocketAddr {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let (process, nth) = (std::process::id(), LAST.fetch_add(1, Ordering::Relaxed));
    let own = Ipv4Addr::new(127, 64 + (process >> 8) as u8 % 64, process as u8, 1 + nth as u8 % 250);
    let found = [own, Ipv4Addr::LOCALHOST].into_iter().find_map(|ip| TcpListener::bind((ip, 0)).ok());
    found.and_then(|listener| listener.local_addr().ok()).expect("a free port")
}

/// Makes an ephemeral and the parents it lacks.
pub async fn ephemeral(client: &Client, path: &str, data: &[u8]) {
    make(client, path, data, CreateMode::Ephemeral).await;
}

/// Makes a persistent znode and the parents it lacks.
pub async fn persistent(client: &Client, path: &str, data: &[u8]) {
    make(client, path, data, CreateMode::Persistent).await;
}

async fn make(client: &Client, path: &str, data: &[u8], mode: CreateMode) {
    let (parent, _) = path.rsplit_once('/').expect("an absolute path");
    if !parent.is_empty() {
        client.mkdir(parent, &CreateMode::Persistent.with_acls(Acls::anyone_all())).await.expect("its parents");
    }
    client.create(path, data, &mode.with_acls(Acls::anyone_all())).await.expect("the znode");
}

/// Sets a znode's data, whatever its version.
pub async fn set(client: &Client, path: &str, data: &str) {
    client.set_data(path, data.as_bytes(), None).await.expect("the znode is there");
}
