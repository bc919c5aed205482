//! A real ZooKeeper that checks passwords by SASL (JAAS, DIGEST-MD5), and the program as it is used: read, drain, undo with the
//! right one, in words and exit 3 with another or none, and the password stands nowhere. Not the words of access lists: those
//! are the registry's.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::link::Link;
use common::reader::Reader;
use common::zookeeper::{ZooKeeper, persistent};
use keepwatch::zk::Options;
use serde_json::Value;
use zookeeper_client::{Acl, Acls, AuthId, Client, CreateMode, Permission, SaslOptions};

const PASSWORD: &str = "s3kret:w1th-colon";
const RIGHT: &str = "sasl:ana:s3kret:w1th-colon";
/// What nobody may see of it.
const TRACE: &str = "s3kret";

/// A server that knows `ana`, and the program's own files.
struct Checked {
    server: ZooKeeper,
    folder: tempfile::TempDir,
}

impl Checked {
    fn start(more: &str) -> Checked {
        let folder = tempfile::tempdir().unwrap();
        let jaas = folder.path().join("jaas.conf");
        let module = "org.apache.zookeeper.server.auth.DigestLoginModule";
        std::fs::write(&jaas, format!("Server {{ {module} required user_ana=\"{PASSWORD}\"; }};\n")).unwrap();
        let java = vec![format!("-Djava.security.auth.login.config={}", jaas.display())];
        let provider = "authProvider.sasl=org.apache.zookeeper.server.auth.SASLAuthenticationProvider\n";
        let server = ZooKeeper::start_in_java(java, |_, _| format!("{provider}{more}"));
        Checked { server, folder }
    }

    async fn ana(&self) -> Client {
        let connector = self.server.connector().with_sasl(SaslOptions::digest_md5("ana", PASSWORD));
        connector.connect(&self.server.address()).await.unwrap()
    }

    /// Three instances that ana may change; the third only she may read.
    async fn with_instances(self) -> (Checked, Client) {
        let client = self.ana().await;
        persistent(&client, "/q-service", b"").await;
        let ana = Acl::new(Permission::ALL, AuthId::new("sasl", "ana"));
        let shown = [ana.clone(), Acl::new(Permission::READ, AuthId::new("world", "anyone"))];
        for (n, acls) in [(1, shown.as_slice()), (2, &shown), (3, &[ana])] {
            let options = CreateMode::Ephemeral.with_acls(Acls::new(acls));
            client.create(&format!("/q-service/127.0.0.1:{n}"), b"9", &options).await.unwrap();
        }
        (self, client)
    }

    /// The program with this line in the file of `registry.credential`, or with the variable.
    fn keepwatch(&self, credential: &Shown, args: &[&str]) -> Output {
        let at = self.folder.path().join("own");
        std::fs::create_dir_all(&at).unwrap();
        let (file, mut text) =
            (at.join("keepwatch.yaml"), format!("registry:\n  address: {}\n", self.server.address()));
        let mut command = Command::new(env!("CARGO_BIN_EXE_keepwatch"));
        match credential {
            Shown::Not => {}
            Shown::InFile(line) => {
                // Not below the program's own folders, which are searched for the password.
                std::fs::write(self.folder.path().join("credential"), format!("{line}\n")).unwrap();
                text += "  credential: ../credential\n";
            }
            Shown::InVariable(line) => {
                command.env("KEEPWATCH_REGISTRY_CREDENTIAL", line);
            }
        }
        std::fs::write(&file, text).unwrap();
        command.args(args).args(["-o", "json", "--probe", "off", "--config"]).arg(&file);
        command.env("XDG_STATE_HOME", &at).env("XDG_CONFIG_HOME", &at).current_dir(&at).stdin(Stdio::null());
        let run = command.output().unwrap();
        assert!(!words(&run).contains(TRACE), "the password was printed: {run:?}");
        nowhere(&at);
        run
    }

    /// What can be done to an instance, as the snapshot tells it: `None`, or why not.
    fn drain(&self, credential: &Shown, address: &str) -> Option<String> {
        let run = self.keepwatch(credential, &["snapshot", "--until", "registry"]);
        assert_eq!(run.status.code(), Some(0), "{run:?}");
        let told: Value = serde_json::from_slice(&run.stdout).unwrap();
        let services = told["services"].as_array().unwrap();
        let service = services.iter().find(|service| service["name"] == "q-service").unwrap();
        let all = service["instances"].as_array().unwrap();
        let one = all.iter().find(|one| one["address"] == address).unwrap_or_else(|| panic!("{service}"));
        one["capabilities"]["drain"].as_str().map(str::to_owned)
    }

    /// What is said where no session comes about, soon.
    fn refusal(&self, credential: &Shown, args: &[&str]) -> String {
        let began = Instant::now();
        let run = self.keepwatch(credential, args);
        assert_eq!(run.status.code(), Some(3), "{run:?}");
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}: it hangs", began.elapsed());
        words(&run)
    }
}

enum Shown {
    Not,
    InFile(&'static str),
    InVariable(&'static str),
}

fn words(run: &Output) -> String {
    String::from_utf8_lossy(&run.stderr).into_owned() + &String::from_utf8_lossy(&run.stdout)
}

/// No file below this folder holds the password: log, journal.
fn nowhere(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => nowhere(&path),
            false => assert!(!String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains(TRACE), "{path:?}"),
        }
    }
}

async fn weight(client: &Client, n: u8) -> String {
    String::from_utf8(client.get_data(&format!("/q-service/127.0.0.1:{n}")).await.unwrap().0).unwrap()
}

const DRAIN: &[&str] = &["drain", "q-service/127.0.0.1:1", "--yes"];
const LOOK: &[&str] = &["snapshot", "--until", "registry", "--wait", "3s"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_right_password_what_is_anas_is_read_drained_and_undone() {
    let (checked, client) = Checked::start("").with_instances().await;
    tokio::task::block_in_place(|| {
        for n in 1..=3 {
            assert_eq!(checked.drain(&Shown::InFile(RIGHT), &format!("127.0.0.1:{n}")), None);
            let why = checked.drain(&Shown::Not, &format!("127.0.0.1:{n}")).unwrap();
            assert!(why.contains("No permission"), "{why}");
        }
        let run = checked.keepwatch(&Shown::Not, DRAIN);
        assert_eq!(run.status.code(), Some(4), "{run:?}");
        // One of addauth's is another identity, whatever its password.
        let run = checked.keepwatch(&Shown::InFile("digest:ana:s3kret:w1th-colon"), DRAIN);
        assert_eq!(run.status.code(), Some(4), "{run:?}");
    });
    assert_eq!(weight(&client, 1).await, "9");
    tokio::task::block_in_place(|| {
        let run = checked.keepwatch(&Shown::InFile(RIGHT), DRAIN);
        assert_eq!(run.status.code(), Some(0), "{run:?}");
    });
    assert_eq!(weight(&client, 1).await, "0");
    tokio::task::block_in_place(|| {
        let run = checked.keepwatch(&Shown::InVariable(RIGHT), &["undo", "--yes"]);
        assert_eq!(run.status.code(), Some(0), "{run:?}");
    });
    assert_eq!(weight(&client, 1).await, "9");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_said_at_once_and_nothing_is_written() {
    let (checked, client) = Checked::start("").with_instances().await;
    tokio::task::block_in_place(|| {
        for args in [LOOK, DRAIN, &["undo", "--yes"]] {
            for shown in [Shown::InFile("sasl:ana:s3kret-not"), Shown::InVariable("sasl:nobody:s3kret-not")] {
                let told = checked.refusal(&shown, args);
                let name = if matches!(shown, Shown::InFile(_)) { "sasl:ana" } else { "sasl:nobody" };
                assert!(told.contains("refuses the credential of") && told.contains(name), "{args:?}: {told}");
                assert!(told.contains("registry.credential"), "{told}");
            }
        }
    });
    assert_eq!(weight(&client, 1).await, "9");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_serves_nobody_unknown_says_so_and_serves_who_shows_a_password() {
    for more in ["sessionRequireClientSASLAuth=true\n", "enforce.auth.enabled=true\nenforce.auth.schemes=sasl\n"] {
        let (checked, client) = Checked::start(more).with_instances().await;
        tokio::task::block_in_place(|| {
            for args in [LOOK, DRAIN] {
                let told = checked.refusal(&Shown::Not, args);
                assert!(told.contains("only those who say who they are"), "{more}{told}");
            }
            let told = checked.refusal(&Shown::InFile("sasl:ana:s3kret-not"), DRAIN);
            assert!(told.contains("refuses the credential of sasl:ana"), "{more}{told}");
            assert_eq!(checked.drain(&Shown::InFile(RIGHT), "127.0.0.1:3"), None);
            let run = checked.keepwatch(&Shown::InFile(RIGHT), DRAIN);
            assert_eq!(run.status.code(), Some(0), "{more}{run:?}");
        });
        assert_eq!(weight(&client, 1).await, "0");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_password_is_shown_again_on_every_new_connection() {
    let (checked, client) = Checked::start("").with_instances().await;
    let link = Link::to(&checked.server.address()).await;
    let options = Options {
        credential: Some(RIGHT.parse().unwrap()),
        session: Duration::from_secs(60),
        ..Options::new(link.address().parse().unwrap())
    };
    let mut reader = Reader::with(options, &[]);
    reader.until("what only ana may read", |r| r.wholes == 1 && r.has("/q-service/127.0.0.1:3", "9")).await;
    link.cut();
    reader.until("the loss is said", |r| !r.live()).await;
    client.set_data("/q-service/127.0.0.1:3", b"4", None).await.unwrap();
    link.restore();
    reader.until("read again", |r| r.live() && r.has("/q-service/127.0.0.1:3", "4")).await;
}
