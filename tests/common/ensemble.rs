//! Three real ZooKeepers that are one ensemble, on addresses of their own; its leader can be killed. What they logged is
//! printed where a test that holds them fails.
//!
//! A new leader of 3.8.0 (Debian's) waits in vain for a follower whose log thread confirms a write of before sooner than its
//! own thread confirms the leader (ZOOKEEPER-4685), for `initLimit`, and may again in the next election. So they sync their
//! logs to the disk, which makes the log thread the slower one, and a round that is lost all the same costs 5 s.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::BOUND;
use super::zookeeper::{ask, classpath};

/// An ensemble of three.
pub struct Ensemble {
    servers: Vec<One>,
    folder: tempfile::TempDir,
}

struct One {
    place: SocketAddr,
    process: Child,
    /// Options of Java's besides the usual ones.
    java: &'static [&'static str],
}

impl Ensemble {
    /// Starts it and waits until it has a leader.
    pub fn start() -> Ensemble {
        Ensemble::start_with("", &[])
    }

    /// The same; a server that has lost the others goes on reading, for the sessions that allow it.
    pub fn start_that_reads_on() -> Ensemble {
        let local = "localSessionsEnabled=true\nlocalSessionsUpgradingEnabled=true\n";
        Ensemble::start_with(local, &["-Dreadonlymode.enabled=true"])
    }

    fn start_with(more: &str, java: &'static [&'static str]) -> Ensemble {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let process = std::process::id();
        let ip = |n: u8| Ipv4Addr::new(127, 128 + (process >> 8) as u8 % 64, process as u8, n);
        let free = |ip| TcpListener::bind((ip, 0)).and_then(|l| l.local_addr()).expect("a free port");
        let places: Vec<[SocketAddr; 3]> = (1..=3).map(|n| [(); 3].map(|()| free(ip(n)))).collect();
        let members: String = (1..)
            .zip(&places)
            .map(|(n, [_, peer, election])| format!("server.{n}={}:{}:{}\n", peer.ip(), peer.port(), election.port()))
            .collect();
        let servers = (1..).zip(&places).map(|(n, [client, ..])| {
            let own = folder.path().join(n.to_string());
            std::fs::create_dir_all(own.join("data")).expect("its folder");
            std::fs::write(own.join("data/myid"), n.to_string()).expect("its number");
            let text = format!(
                "tickTime=500\ninitLimit=10\nsyncLimit=10\ndataDir={}\nclientPort={}\nclientPortAddress={}\n\
                 maxClientCnxns=0\nminSessionTimeout=1000\nmaxSessionTimeout=60000\n4lw.commands.whitelist=*\n\
                 admin.enableServer=false\n{more}{members}",
                own.join("data").display(),
                client.port(),
                client.ip(),
            );
            std::fs::write(own.join("zoo.cfg"), text).expect("its configuration");
            One { place: *client, process: launched(&own, java), java }
        });
        let ensemble = Ensemble { servers: servers.collect(), folder };
        ensemble.led();
        ensemble
    }

    /// Waits until it has a leader and all of it serves.
    fn led(&self) {
        let until = Instant::now() + BOUND;
        let serves = |one: &One| ask(one.place, "srvr").contains("Mode") && !reads_on(one.place);
        while self.leader().is_none() || !self.servers.iter().all(serves) {
            assert!(Instant::now() < until, "the ensemble of this test has no leader");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Kills all but one, and waits until that one has noticed.
    pub fn leave_one(&mut self) {
        (1..self.servers.len()).for_each(|n| self.kill(n));
        let until = Instant::now() + BOUND;
        while !reads_on(self.servers[0].place) {
            assert!(Instant::now() < until, "the server that is left does not read on");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Starts again what [`Ensemble::leave_one`] killed.
    pub fn back(&mut self) {
        for n in 1..self.servers.len() {
            let own = self.folder.path().join((n + 1).to_string());
            self.servers[n].process = launched(&own, self.servers[n].java);
        }
        self.led();
    }

    /// All their addresses, `host:port,...`.
    pub fn address(&self) -> String {
        self.servers.iter().map(|one| one.place.to_string()).collect::<Vec<_>>().join(",")
    }

    /// Which one leads.
    pub fn leader(&self) -> Option<usize> {
        self.servers.iter().position(|one| ask(one.place, "srvr").contains("Mode: leader"))
    }

    /// What is worth reading of a server's log: elections and troubles, not each session.
    fn print(&self, n: usize) {
        let log = std::fs::read(self.folder.path().join(n.to_string()).join("log")).unwrap_or_default();
        let telling = |line: &&str| {
            let words = ["WARN", "ERROR", "state changed", "ELECTION", "Have quorum", "hutting down", "time out"];
            words.iter().any(|word| line.contains(word)) && !line.contains("NIOServerCnxn")
        };
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().filter(telling).collect();
        println!("--- server {n}");
        lines.iter().skip(lines.len().saturating_sub(150)).for_each(|line| println!("{line}"));
    }

    /// As kill -9.
    pub fn kill(&mut self, n: usize) {
        let _ = self.servers[n].process.kill();
        let _ = self.servers[n].process.wait();
    }
}

fn reads_on(place: SocketAddr) -> bool {
    ask(place, "srvr").contains("Mode: read-only")
}

/// A server with the configuration of this folder.
fn launched(own: &Path, java: &[&str]) -> Child {
    let log = File::options().append(true).create(true).open(own.join("log")).expect("its log");
    Command::new("java")
        .args(["-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .args(["-Dorg.slf4j.simpleLogger.defaultLogLevel=info", "-Dorg.slf4j.simpleLogger.showDateTime=true"])
        .args(["-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS", "-cp", &classpath()])
        .args(java)
        .arg("org.apache.zookeeper.server.quorum.QuorumPeerMain")
        .arg(own.join("zoo.cfg"))
        .stdout(Stdio::from(log.try_clone().expect("the log twice")))
        .stderr(Stdio::from(log))
        .spawn()
        .expect("java runs")
}

impl Drop for Ensemble {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (1..=self.servers.len()).for_each(|n| self.print(n));
        }
        (0..self.servers.len()).for_each(|n| self.kill(n));
    }
}
