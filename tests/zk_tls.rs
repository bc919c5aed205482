//! A real ZooKeeper that speaks TLS (feature `zookeeper-tls`), and the program as it is used: the file names the certificates,
//! the picture is read, an instance is drained, and what is wrong with a certificate is told in words. Certificates are made
//! anew by `openssl`. Not the wording of each trouble: that is tested beside it, in `zk::secure`.
#![cfg(feature = "zookeeper-tls")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::fs;
use std::net::{IpAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use common::zookeeper::{ZooKeeper, ephemeral};

/// A server that takes TLS on a port of its own, beside the plain one that the test looks through.
struct Secured {
    server: ZooKeeper,
    /// `host:port` of TLS.
    address: String,
    /// Its certificates, the clients', and a stranger's; the program's own files too.
    folder: tempfile::TempDir,
}

impl Secured {
    /// `client_auth`: ZooKeeper's `ssl.clientAuth`, `none` or `need`.
    fn start(client_auth: &str) -> Secured {
        let folder = tempfile::tempdir().unwrap();
        let (at, mut address) = (folder.path(), String::new());
        let server = ZooKeeper::start_with(|_, ip| {
            authority(at, "ca");
            authority(at, "stranger");
            signed(at, "server", "ca", ip);
            signed(at, "client", "ca", ip);
            signed(at, "intruder", "stranger", ip);
            // ZooKeeper wants a certificate and its key in one file.
            let both = ["server.key", "server.pem"].map(|name| fs::read_to_string(at.join(name)).unwrap()).concat();
            fs::write(at.join("both.pem"), both).unwrap();
            address = TcpListener::bind((ip, 0)).unwrap().local_addr().unwrap().to_string();
            let port = address.rsplit_once(':').unwrap().1;
            format!(
                "secureClientPort={port}\nsecureClientPortAddress={ip}\nssl.clientAuth={client_auth}\n\
                 serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory\n\
                 ssl.keyStore.location={both}\nssl.keyStore.type=PEM\nssl.trustStore.location={ca}\nssl.trustStore.type=PEM\n",
                both = at.join("both.pem").display(),
                ca = at.join("ca.pem").display(),
            )
        });
        Secured { server, address, folder }
    }

    /// Two instances, so that one may be drained.
    async fn with_instances(self) -> (Secured, zookeeper_client::Client) {
        let client = self.server.client().await;
        for path in ["/q-service/127.0.0.1:1", "/q-service/127.0.0.1:2"] {
            ephemeral(&client, path, b"9").await;
        }
        (self, client)
    }

    /// Runs the program on `address`, with this for `registry.tls`.
    fn keepwatch(&self, address: &str, tls: &str, args: &[&str]) -> Output {
        let at = self.folder.path();
        let file = at.join("keepwatch.yaml");
        fs::write(&file, format!("registry:\n  address: {address}\n{tls}\n")).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_keepwatch"))
            .args(args)
            .args(["-o", "json", "--probe", "off", "--config"])
            .arg(&file)
            .env("XDG_STATE_HOME", at)
            .env("XDG_CONFIG_HOME", at)
            .current_dir(at)
            .stdin(Stdio::null())
            .output();
        run.unwrap()
    }

    /// Waits for a whole picture, and gives it as text.
    fn picture(&self, tls: &str) -> String {
        let run = self.keepwatch(&self.address, tls, &["snapshot", "--until", "registry"]);
        assert_eq!(run.status.code(), Some(0), "{run:?}");
        String::from_utf8(run.stdout).unwrap()
    }

    /// What is said where no session comes about: nothing was written, and the command ends with "unreachable".
    fn refusal(&self, address: &str, tls: &str) -> String {
        let run = self.keepwatch(address, tls, &["drain", "q-service/127.0.0.1:1", "--yes"]);
        assert_eq!(run.status.code(), Some(3), "{run:?}");
        String::from_utf8_lossy(&run.stderr).into_owned() + &String::from_utf8_lossy(&run.stdout)
    }
}

const TRUSTS: &str = "  tls: {ca: ca.pem}";
const KNOWN: &str = "  tls: {ca: ca.pem, cert: client.pem, key: client.key}";

fn openssl(at: &Path, words: &str) {
    let run = Command::new("openssl").args(words.split(' ')).current_dir(at).output();
    let run = run.expect("needs openssl 3: apt-get install openssl");
    assert!(run.status.success(), "openssl {words}: {}", String::from_utf8_lossy(&run.stderr));
}

/// `req` with a new key and these extensions, in `NAME.pem` and `NAME.key`.
fn certificate(at: &Path, name: &str, extensions: &str, more: &str) -> PathBuf {
    let config =
        format!("[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=x\n[dn]\nCN={name}\n[x]\n{extensions}\n");
    fs::write(at.join("openssl.cnf"), config).unwrap();
    openssl(
        at,
        &format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -config openssl.cnf \
             -keyout {name}.key -out {name}.pem{more}"
        ),
    );
    at.join(format!("{name}.pem"))
}

fn authority(at: &Path, name: &str) {
    certificate(at, name, "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign", "");
}

fn signed(at: &Path, name: &str, by: &str, ip: IpAddr) {
    let extensions = format!("basicConstraints=CA:FALSE\nsubjectAltName=IP:{ip}");
    certificate(at, name, &extensions, &format!(" -CA {by}.pem -CAkey {by}.key"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_certificate_is_trusted_is_read_and_written() {
    let (secured, client) = Secured::start("none").with_instances().await;
    tokio::task::block_in_place(|| {
        let picture = secured.picture(TRUSTS);
        assert!(picture.contains("q-service") && picture.contains("127.0.0.1:2"), "{picture}");
        let run = secured.keepwatch(&secured.address, TRUSTS, &["drain", "q-service/127.0.0.1:1", "--yes"]);
        assert_eq!(run.status.code(), Some(0), "{run:?}");
    });
    assert_eq!(client.get_data("/q-service/127.0.0.1:1").await.unwrap().0, b"0", "drained over TLS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_wants_to_know_its_clients_takes_a_certificate_of_its_authority_alone() {
    let (secured, client) = Secured::start("need").with_instances().await;
    tokio::task::block_in_place(|| {
        assert!(secured.picture(KNOWN).contains("q-service"));
        let told = secured.refusal(&secured.address, TRUSTS);
        assert!(told.contains("registry.tls.cert and registry.tls.key"), "{told}");
        let told = secured.refusal(&secured.address, "  tls: {ca: ca.pem, cert: intruder.pem, key: intruder.key}");
        assert!(told.contains("our certificate, registry.tls.cert"), "{told}");
        assert!(!told.contains("PRIVATE KEY"), "{told}");
    });
    assert_eq!(client.get_data("/q-service/127.0.0.1:1").await.unwrap().0, b"9");
    tokio::task::block_in_place(|| {
        let run = secured.keepwatch(&secured.address, KNOWN, &["drain", "q-service/127.0.0.1:1", "--yes"]);
        assert_eq!(run.status.code(), Some(0), "{run:?}");
    });
    assert_eq!(client.get_data("/q-service/127.0.0.1:1").await.unwrap().0, b"0", "drained over mutual TLS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_the_link_is_told_in_words_and_nothing_is_written() {
    let (secured, client) = Secured::start("none").with_instances().await;
    tokio::task::block_in_place(|| {
        let address = &secured.address;
        let told = secured.refusal(address, "  tls: {ca: stranger.pem}");
        assert!(told.contains(&format!("the certificate of {address} is not signed by registry.tls.ca")), "{told}");
        let told = secured.refusal(&secured.server.address(), TRUSTS);
        assert!(told.contains("not speak TLS"), "TLS to the plain port: {told}");
        let told = secured.refusal(address, "");
        assert!(told.contains("want TLS"), "no TLS to the port of TLS: {told}");
    });
    assert_eq!(client.get_data("/q-service/127.0.0.1:1").await.unwrap().0, b"9");
}
