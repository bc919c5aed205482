//! The demo's registry server, driven by the client that Keepwatch itself uses: what a client asks, what it is told, and
//! what it goes through when links are cut, stalled, refused and sessions expire. Not about the demo's services.
#![cfg(feature = "demo")]

use std::future::Future;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use keepwatch::demo::registry::{Control, Options, Server, Version};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use zookeeper_client::{
    Acls, AddWatchMode, Client, CreateMode, CreateOptions, Error, EventType, MultiReadResult, MultiWriteError,
    PersistentWatcher, SessionState,
};

/// Nothing in these tests takes longer than this, or it has failed.
const SOON: Duration = Duration::from_secs(120);

async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, future).await.unwrap_or_else(|_| panic!("not within {SOON:?}: {what}"))
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + SOON;
    while !holds().await {
        assert!(Instant::now() < end, "not within {SOON:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn server(options: Options) -> (Server, Control) {
    let server = Server::start(options).await.expect("a free port");
    let control = server.control();
    (server, control)
}

/// A session that outlives every pause of a busy machine.
async fn connect(server: &Server) -> Client {
    connect_for(server, Duration::from_secs(40)).await
}

async fn connect_for(server: &Server, session: Duration) -> Client {
    let connector = Client::connector().with_session_timeout(session);
    soon("connect", connector.connect(&server.address().to_string())).await.expect("a session")
}

fn id(client: &Client) -> i64 {
    client.session_id().0
}

fn mode(mode: CreateMode) -> CreateOptions<'static> {
    mode.with_acls(Acls::anyone_all())
}

async fn make(client: &Client, path: &str, data: &[u8]) {
    client.create(path, data, &mode(CreateMode::Persistent)).await.expect("a new node");
}

async fn next(watcher: &mut PersistentWatcher) -> (EventType, String) {
    let event = soon("an event", watcher.changed()).await;
    (event.event_type, event.path)
}

#[tokio::test]
async fn nodes_of_every_mode_are_made_and_answer_for_themselves() {
    let (server, control) = server(Options { reap: Duration::from_millis(50), ..Options::default() }).await;
    let client = connect(&server).await;
    make(&client, "/a", b"one").await;
    let (first, _) = client.create("/a/s-", b"", &mode(CreateMode::PersistentSequential)).await.unwrap();
    let (_, second) = client.create("/a/s-", b"", &mode(CreateMode::EphemeralSequential)).await.unwrap();
    assert_eq!((first.version, second.to_string()), (0, "0000000001".to_owned()));
    assert_eq!(client.list_ephemerals("/").await.unwrap(), ["/a/s-0000000001"]);
    assert_eq!(control.owner_of("/a/s-0000000001"), Some(id(&client)));
    assert_eq!((control.owner_of("/a"), control.owner_of("/none")), (None, None));
    assert_eq!(client.count_descendants_number("/a").await.unwrap(), 2);

    let stat = client.set_data("/a", b"two", Some(0)).await.unwrap();
    assert_eq!((stat.version, stat.num_children, stat.cversion), (1, 2, 2));
    assert_eq!(client.set_data("/a", b"three", Some(0)).await.unwrap_err(), Error::BadVersion);
    assert_eq!(client.get_data("/a").await.unwrap().0, b"two");
    assert_eq!(client.delete("/a", None).await.unwrap_err(), Error::NotEmpty);
    assert_eq!(client.check_stat("/none").await.unwrap(), None);

    let ttl = mode(CreateMode::Persistent).with_ttl(Duration::from_millis(300));
    client.create("/ttl", b"", &ttl).await.unwrap();
    client.create("/box", b"", &mode(CreateMode::Container)).await.unwrap();
    make(&client, "/box/child", b"").await;
    assert!(client.check_stat("/box").await.unwrap().is_some() && client.check_stat("/ttl").await.unwrap().is_some());
    client.delete("/box/child", None).await.unwrap();
    let gone = async |path| client.check_stat(path).await.unwrap().is_none();
    until("container and time to live are reaped", async || gone("/box").await && gone("/ttl").await).await;
}

#[tokio::test]
async fn watches_tell_what_happened_in_order() {
    let (server, _) = server(Options::default()).await;
    let (client, other) = (connect(&server).await, connect(&server).await);
    make(&client, "/w", b"0").await;
    let mut recursive = client.watch("/w", AddWatchMode::PersistentRecursive).await.unwrap();
    let mut flat = client.watch("/w/x", AddWatchMode::Persistent).await.unwrap();
    let (_, _, data) = client.get_and_watch_data("/w").await.unwrap();
    let (_, children) = client.list_and_watch_children("/w").await.unwrap();
    let (_, later) = client.check_and_watch_stat("/later").await.unwrap();

    other.set_data("/w", b"1", None).await.unwrap();
    make(&other, "/w/x", b"").await;
    make(&other, "/w/x/y", b"").await;
    other.delete("/w/x/y", None).await.unwrap();
    make(&other, "/later", b"").await;

    let event = |kind, path: &str| (kind, path.to_owned());
    for expected in [
        event(EventType::NodeDataChanged, "/w"),
        event(EventType::NodeCreated, "/w/x"),
        event(EventType::NodeCreated, "/w/x/y"),
        event(EventType::NodeDeleted, "/w/x/y"),
    ] {
        assert_eq!(next(&mut recursive).await, expected);
    }
    for expected in [EventType::NodeCreated, EventType::NodeChildrenChanged, EventType::NodeChildrenChanged] {
        assert_eq!(next(&mut flat).await, event(expected, "/w/x"));
    }
    let shots = [
        (data, event(EventType::NodeDataChanged, "/w")),
        (children, event(EventType::NodeChildrenChanged, "/w")),
        (later, event(EventType::NodeCreated, "/later")),
    ];
    for (watcher, expected) in shots {
        let got = soon("a one-shot", watcher.changed()).await;
        assert_eq!((got.event_type, got.path), expected);
    }
}

#[tokio::test]
async fn a_transaction_is_done_whole_or_not_at_all() {
    let (server, _) = server(Options::default()).await;
    let client = connect(&server).await;
    make(&client, "/m", b"0").await;
    let mut writer = client.new_multi_writer();
    writer.add_check_version("/m", 0).unwrap();
    writer.add_create("/m/a", b"a", &mode(CreateMode::Persistent)).unwrap();
    writer.add_set_data("/m/a", b"b", Some(0)).unwrap();
    assert_eq!(writer.commit().await.unwrap().len(), 3);

    let before = client.get_data("/m").await.unwrap().1;
    let mut writer = client.new_multi_writer();
    writer.add_create("/m/b", b"", &mode(CreateMode::Persistent)).unwrap();
    writer.add_delete("/m/a", None).unwrap();
    writer.add_set_data("/m", b"1", Some(7)).unwrap();
    let failed = writer.commit().await.unwrap_err();
    assert_eq!(failed, MultiWriteError::OperationFailed { index: 2, source: Error::BadVersion });
    assert_eq!(client.get_data("/m").await.unwrap(), (b"0".to_vec(), before), "no trace is left");

    let mut reader = client.new_multi_reader();
    reader.add_get_children("/m").unwrap();
    reader.add_get_data("/none").unwrap();
    reader.add_get_data("/m/a").unwrap();
    let read = reader.commit().await.unwrap();
    assert!(matches!(&read[0], MultiReadResult::Children { children } if children == &["a"]));
    assert!(matches!(read[1], MultiReadResult::Error { err: Error::NoNode }));
    assert!(matches!(&read[2], MultiReadResult::Data { data, stat } if data == b"b" && stat.version == 1));
}

#[tokio::test]
async fn access_lists_are_enforced() {
    let (server, _) = server(Options::default()).await;
    let (ana, other) = (connect(&server).await, connect(&server).await);
    ana.auth("digest", b"ana:secret").await.unwrap();
    ana.create("/private", b"s", &CreateMode::Persistent.with_acls(Acls::creator_all())).await.unwrap();
    assert_eq!(other.get_data("/private").await.unwrap_err(), Error::NoAuth);
    assert_eq!(other.set_data("/private", b"x", None).await.unwrap_err(), Error::NoAuth);
    assert_eq!(ana.get_data("/private").await.unwrap().0, b"s");
    ana.set_acl("/private", &Acls::anyone_read(), Some(0)).await.unwrap();
    assert_eq!(other.get_data("/private").await.unwrap().1.aversion, 1);
    assert_eq!(other.set_data("/private", b"x", None).await.unwrap_err(), Error::NoAuth);
    let users: Vec<String> = ana.list_auth_users().await.unwrap().iter().map(|user| format!("{user:?}")).collect();
    assert!(users.iter().any(|user| user.contains("ana")) && users.iter().all(|user| !user.contains("secret")));
}

#[tokio::test]
async fn a_session_survives_a_cut_link_and_hears_what_it_missed() {
    let (server, control) = server(Options::default()).await;
    let (client, other) = (connect(&server).await, connect(&server).await);
    client.create("/mine", b"0", &mode(CreateMode::Ephemeral)).await.unwrap();
    let (_, _, data) = client.get_and_watch_data("/mine").await.unwrap();
    let session = id(&client);
    control.refuse(true);
    until("the link is gone", async || client.state() == SessionState::Disconnected).await;
    assert!(control.sessions().iter().all(|session| session.peer.is_none()));
    control.refuse(false);
    other.set_data("/mine", b"1", None).await.unwrap();
    let event = soon("the change in the gap", data.changed()).await;
    assert_eq!((event.event_type, id(&client)), (EventType::NodeDataChanged, session));
    assert_eq!(control.owner_of("/mine"), Some(session));
    assert!(control.drop_link(session) && !control.drop_link(session + 1000));
    // A request that went out on the dropped link is answered with its loss: what must come is an answer after it.
    until("back again", async || client.get_data("/mine").await.is_ok_and(|found| found.0 == b"1")).await;
    assert_eq!(id(&client), session);
}

#[tokio::test]
async fn an_expired_session_takes_its_ephemerals_and_is_told() {
    let (server, control) = server(Options::default()).await;
    let (client, other) = (connect(&server).await, connect(&server).await);
    client.create("/mine", b"", &mode(CreateMode::Ephemeral)).await.unwrap();
    let (_, watcher) = other.check_and_watch_stat("/mine").await.unwrap();
    assert!(control.expire(id(&client)));
    assert_eq!(soon("the deletion", watcher.changed()).await.event_type, EventType::NodeDeleted);
    until("the client knows", async || client.state() == SessionState::Expired).await;
    assert!(!control.expire(id(&client)));
    assert_eq!(control.sessions().len(), 1);
}

/// The first frame of a client that wants a session of `timeout` milliseconds.
fn hello(timeout: i32) -> Vec<u8> {
    [&44_i32.to_be_bytes()[..], &[0; 12], &timeout.to_be_bytes(), &[0; 8], &16_i32.to_be_bytes(), &[0; 16]].concat()
}

#[tokio::test]
async fn a_silent_session_expires_and_others_do_not() {
    let shortest = Duration::from_millis(300);
    let options = Options { tick: Duration::from_millis(40), min_session: shortest, ..Options::default() };
    let (server, control) = server(options).await;
    let other = connect(&server).await;
    let start = Instant::now();
    ask(server.address(), &hello(100)).await;
    assert!(start.elapsed() >= shortest, "hung up on before its time-out");
    assert_eq!(control.sessions().iter().map(|session| session.id).collect::<Vec<_>>(), [id(&other)]);
    assert_eq!(other.state(), SessionState::SyncConnected);
}

#[tokio::test]
async fn a_client_on_a_stalled_link_comes_back_over_another() {
    let (server, control) = server(Options::default()).await;
    // Its client looks for another link after 2/5 of it.
    let client = connect_for(&server, Duration::from_secs(8)).await;
    client.create("/mine", b"", &mode(CreateMode::Ephemeral)).await.unwrap();
    let before = control.sessions();
    assert!(control.stall_link(id(&client), true) && !control.stall_link(id(&client) + 1000, true));
    until("a new link", async || control.sessions().iter().any(|now| now.peer.is_some() && now.peer != before[0].peer))
        .await;
    until("served again", async || client.check_stat("/mine").await.is_ok_and(|stat| stat.is_some())).await;
}

#[tokio::test]
async fn a_stalled_server_answers_later_and_expires_nobody() {
    let (server, control) = server(Options::default()).await;
    let client = connect(&server).await;
    make(&client, "/a", b"0").await;
    control.stall(true);
    let mut write = std::pin::pin!(client.set_data("/a", b"1", None));
    let early = tokio::time::timeout(Duration::from_millis(200), &mut write).await;
    assert!(early.is_err(), "nothing is answered");
    assert_eq!(client.state(), SessionState::SyncConnected);
    control.stall(false);
    assert_eq!(soon("the answer", write).await.unwrap().version, 1);
}

#[tokio::test]
async fn as_3_4_it_does_not_know_what_came_later_and_hangs_up() {
    let (server, control) = server(Options { version: Version::V3_4, ..Options::default() }).await;
    let address = server.address().to_string();
    let connector = Client::connector().with_server_version(3, 4, 13).with_session_timeout(Duration::from_secs(40));
    let client = connector.connect(&address).await.unwrap();
    let (stat, _) = client.create("/a", b"", &mode(CreateMode::Persistent)).await.unwrap();
    assert!(stat.is_invalid() && client.get_data("/a").await.is_ok());
    let mut states = client.state_watcher();
    let refused = client.watch("/a", AddWatchMode::PersistentRecursive).await;
    assert_eq!(refused.err(), Some(Error::Unimplemented));
    soon("the link is closed", states.changed()).await;
    until("and comes back", async || client.list_children("/a").await == Ok(vec![])).await;
    assert!(ask(server.address(), b"srvr").await.starts_with("Zookeeper version: 3.4.13"));
    assert_eq!(control.sessions().len(), 1, "the session is the same");
}

#[tokio::test]
async fn thousands_of_requests_may_be_under_way_at_once() {
    let (server, _) = server(Options::default()).await;
    let client = connect(&server).await;
    make(&client, "/many", b"").await;
    let options = mode(CreateMode::Persistent);
    let paths: Vec<String> = (0..10_000).map(|n| format!("/many/n{n}")).collect();
    let writes: Vec<_> = paths.iter().map(|path| client.create(path, b"x", &options)).collect();
    for write in writes {
        soon("a write", write).await.unwrap();
    }
    assert_eq!(client.list_children("/many").await.unwrap().len(), 10_000);
}

async fn ask(address: SocketAddr, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(address).await.expect("the server takes connections");
    socket.write_all(bytes).await.expect("and bytes");
    let mut answer = Vec::new();
    soon("the end of the answer", socket.read_to_end(&mut answer)).await.unwrap_or_default();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn words_are_answered_and_nonsense_is_survived() {
    let (server, _) = server(Options::default()).await;
    assert_eq!(ask(server.address(), b"ruok\n").await, "imok");
    for nonsense in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xff; 64], &[0, 0, 0, 4, 1, 2, 3, 4], &[0, 0x20, 0, 0]] {
        assert_eq!(ask(server.address(), nonsense).await, "", "{nonsense:?}");
    }
    // A hello, then a multi whose first operation has a path of two thousand million bytes.
    let mut bytes = hello(4000);
    let evil = [&7_i32.to_be_bytes()[..], &14_i32.to_be_bytes(), &1_i32.to_be_bytes(), &[0; 5], &[0x7f; 4]].concat();
    bytes.extend([&21_i32.to_be_bytes()[..], &evil].concat());
    bytes.extend([&8_i32.to_be_bytes()[..], &8_i32.to_be_bytes(), &(-11_i32).to_be_bytes()].concat());
    let mut socket = TcpStream::connect(server.address()).await.unwrap();
    socket.write_all(&bytes).await.unwrap();
    let mut answer = Vec::new();
    soon("hang-up after close", socket.read_to_end(&mut answer)).await.unwrap();
    let replies = &answer[answer.len() - 40..];
    assert_eq!((&replies[16..20], &replies[36..40]), (&(-5_i32).to_be_bytes()[..], &[0; 4][..]), "marshalling, closed");
    assert!(connect(&server).await.check_stat("/").await.unwrap().is_some());
}

#[tokio::test]
async fn only_loopback_is_listened_on_and_stopping_frees_the_port() {
    let refused = Server::start(Options { bind: ([0, 0, 0, 0], 0).into(), ..Options::default() }).await;
    assert_eq!(refused.err().map(|error| error.kind()), Some(std::io::ErrorKind::InvalidInput));
    // On an address of its own (Linux), where no outgoing connection takes the port meanwhile.
    let own = SocketAddr::from(([127, 0, 66, 1], 0));
    let bind = if std::net::TcpListener::bind(own).is_ok() { own } else { Options::default().bind };
    let first = Server::start(Options { bind, ..Options::default() }).await.unwrap();
    let address = first.address();
    let client = connect(&first).await;
    first.stop().await;
    let again = Server::start(Options { bind: address, ..Options::default() }).await.unwrap();
    until("the client of the one before learns that its session is over", async || client.state().is_terminated())
        .await;
    drop(again);
    until("a dropped server hangs up", async || TcpStream::connect(address).await.is_err()).await;
}
