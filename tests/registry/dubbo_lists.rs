//! A layout of several znodes whose rules may not be written: its capabilities say so before anybody writes, a command refuses
//! and sends nothing, and with the credential all of it works.

use std::process::{Command, Output, Stdio};

use super::*;

const SECRET: &[u8] = b"ana:secret";
const ABOVE: &str = "/dubbo/com.foo.UserService/configurators";
const TREE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/registry/trees/dubbo-interface.json"));

/// The tree, with its addresses on loopback. Providers are anybody's; the rest is ana's, and others may read it.
async fn plant(ana: &Client) {
    let acls = [
        Acl::new(Permission::READ, AuthId::anyone()),
        Acl::new(Permission::ALL, AuthId::new("digest", "ana:J7pQO7K9rPX0VFA5jHMtMOYrsIU=")),
    ];
    let tree: serde_json::Value = serde_json::from_str(&TREE.replace("10.0.", "127.0.")).unwrap();
    for node in tree["nodes"].as_array().unwrap() {
        let (path, data) = (node["path"].as_str().unwrap(), node["data"].as_str().unwrap_or(""));
        let mine = CreateMode::Persistent.with_acls(Acls::new(&acls));
        let open = ["/providers", "/consumers"].iter().any(|end| path.ends_with(end));
        let options = match node["mode"] == "ephemeral" {
            true => CreateMode::Ephemeral.with_acls(Acls::anyone_all()),
            false if open => CreateMode::Persistent.with_acls(Acls::anyone_all()),
            false => mine,
        };
        ana.create(path, data.as_bytes(), &options).await.unwrap();
    }
}

/// Every znode with what tells that it was written, or its children were.
async fn all(client: &Client) -> BTreeMap<String, (i64, i64, Vec<u8>)> {
    let (mut due, mut found) = (vec!["/".to_owned()], BTreeMap::new());
    while let Some(path) = due.pop().filter(|_| found.len() < 500) {
        let (data, stat) = client.get_data(&path).await.unwrap();
        let above = path.trim_end_matches('/');
        let children = client.list_children(&path).await.unwrap();
        due.extend(children.iter().map(|name| format!("{above}/{name}")).filter(|path| path != "/zookeeper"));
        found.insert(path, (stat.mzxid, stat.pzxid, data));
    }
    found
}

fn keepwatch(server: &ZooKeeper, home: &std::path::Path, args: &[&str]) -> Output {
    let run = || {
        Command::new(env!("CARGO_BIN_EXE_keepwatch"))
            .args(args)
            .args(["-o", "json", "--probe", "off", "--registry", &server.address()])
            .envs(["XDG_STATE_HOME", "XDG_CONFIG_HOME"].map(|name| (name, home)))
            .current_dir(home)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    tokio::task::block_in_place(run)
}

fn told(run: &Output) -> String {
    [&run.stdout, &run.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_rules_may_not_be_written_the_capabilities_say_so_and_nothing_is_sent() {
    let (server, home) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
    let ana = server.connector().with_auth("digest", SECRET).connect(&server.address()).await.unwrap();
    plant(&ana).await;
    let plain = registry(&server.address(), false);
    let picture = Arc::new(Inbox::default());
    let _subscription = plain.subscribe(picture.clone());
    eventually("the lists are known", async || {
        let picture = picture.0.lock().unwrap();
        picture.instances.len() == 3 && picture.instances.values().all(|instance| instance.capabilities.drain.is_err())
    })
    .await;
    let path = {
        let picture = picture.0.lock().unwrap();
        let third = picture.instances.values().find(|i| i.address.as_ref().is_some_and(|a| a.host() == "127.0.2.13"));
        let (third, can) = third.map(|third| (third, &third.capabilities)).unwrap();
        assert!(can.drain.as_ref().is_err_and(|why| why.contains(ABOVE)), "{can:?}");
        // Its rule is not there, and nor is the folder of rules: who may make that, the root's list says.
        assert!(can.weight.as_ref().is_err_and(|why| why.contains("below /dubbo:")), "{can:?}");
        assert!(can.deregister.is_ok(), "{can:?}");
        third.path.clone()
    };
    let before = all(&ana).await;
    let snapshot = keepwatch(&server, home.path(), &["snapshot", "--until", "registry"]);
    assert!(told(&snapshot).contains(&format!("No permission to create anything below {ABOVE}")), "{snapshot:?}");
    for (args, word) in [
        (["drain", "user-provider/127.0.2.13:20880", "--yes"].as_slice(), ABOVE),
        (&["undrain", "user-provider/127.0.2.11:20880", "--yes"], "No permission to delete"),
        (&["weight", "user-provider/127.0.2.13:20880", "7", "--yes"], "below /dubbo:"),
    ] {
        let run = keepwatch(&server, home.path(), args);
        assert_eq!(run.status.code(), Some(4), "{args:?}: {}", told(&run));
        assert!(told(&run).contains("No permission") && told(&run).contains(word), "{args:?}: {}", told(&run));
    }
    assert_eq!(all(&ana).await, before, "nothing was sent");

    // With the credential: the same commands, the same znodes.
    std::fs::write(home.path().join("secret"), [b"digest:", SECRET].concat()).unwrap();
    std::fs::write(home.path().join("c.yaml"), "registry: {credential: secret}\n").unwrap();
    let drain = ["drain", "user-provider/127.0.2.13:20880", "--yes", "--config", "c.yaml"];
    let run = keepwatch(&server, home.path(), &drain);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    let made = ana.list_children(ABOVE).await.unwrap();
    assert_eq!(made.len(), 3, "{made:?}");
    eventually("the plain one sees it", async || {
        picture.0.lock().unwrap().instances[&*path].admin == RegistryAdmin::Drained
    })
    .await;

    // And when the list grants it to all, everybody sees that.
    ana.set_acl(ABOVE, &Acls::anyone_all(), None).await.unwrap();
    eventually("what is granted later is noticed", async || {
        picture.0.lock().unwrap().instances[&*path].capabilities.drain.is_ok()
    })
    .await;
}
