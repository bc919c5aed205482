//! Tests of the tree: counters as ZooKeeper counts them, and that taking back leaves no trace.

use bytes::Bytes;

use super::*;
use crate::demo::registry::proto::Stat;

fn at(zxid: i64) -> Moment {
    Moment { zxid, time: zxid * 10 }
}

fn data(text: &'static str) -> Data {
    Some(Bytes::from_static(text.as_bytes()))
}

fn tree() -> Tree {
    let mut tree = Tree::new(at(1));
    make(&mut tree, 2, "/a", Life::Persistent).unwrap();
    tree
}

fn make(tree: &mut Tree, zxid: i64, path: &str, life: Life) -> Result<Undo, Code> {
    tree.create(at(zxid), path, data("x"), acl::open(), life)
}

fn stats(tree: &Tree) -> Vec<(String, Stat)> {
    let mut all: Vec<_> = tree.nodes.iter().map(|(path, node)| (path.clone(), node.stat())).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[test]
fn a_parent_counts_births_and_deaths() {
    let mut tree = tree();
    for n in 3..6 {
        make(&mut tree, n, &format!("/a/{n}"), Life::Persistent).unwrap();
    }
    tree.delete(at(6), "/a/4", -1).unwrap();
    let stat = tree.get("/a").unwrap().stat();
    assert_eq!((stat.num_children, stat.cversion, stat.pzxid, stat.mzxid, stat.version), (2, 4, 6, 2, 0));
    assert_eq!(tree.get("/a").unwrap().births, 3, "the next sequence number does not fall with a death");
    assert_eq!(tree.descendants("/a"), Ok(2));
}

#[test]
fn what_cannot_be_is_refused_with_zookeepers_code() {
    let mut tree = tree();
    make(&mut tree, 3, "/a/e", Life::Ephemeral(7)).unwrap();
    let code = |outcome: Result<Undo, Code>| outcome.err();
    assert_eq!(code(make(&mut tree, 4, "/a", Life::Persistent)), Some(Code::NodeExists));
    assert_eq!(code(make(&mut tree, 4, "/", Life::Persistent)), Some(Code::NodeExists));
    assert_eq!(code(make(&mut tree, 4, "/x/y", Life::Persistent)), Some(Code::NoNode));
    assert_eq!(code(make(&mut tree, 4, "/a/e/y", Life::Persistent)), Some(Code::NoChildrenForEphemerals));
    assert_eq!(code(tree.delete(at(4), "/a", -1)), Some(Code::NotEmpty));
    assert_eq!(code(tree.delete(at(4), "/a/e", 3)), Some(Code::BadVersion));
    assert_eq!(code(tree.delete(at(4), "/zookeeper/quota", -1)), Some(Code::BadArguments));
    assert_eq!(code(tree.set_data(at(4), "/a", None, 1)), Some(Code::BadVersion));
    assert_eq!(code(tree.set_data(at(4), "/none", None, -1)), Some(Code::NoNode));
}

#[test]
fn taking_back_leaves_no_trace() {
    let mut tree = tree();
    make(&mut tree, 3, "/a/old", Life::Ephemeral(7)).unwrap();
    let (before, bytes) = (stats(&tree), tree.byte_count());
    let mut steps = vec![
        make(&mut tree, 4, "/a/new", Life::Container).unwrap(),
        make(&mut tree, 4, "/a/new/child", Life::Ephemeral(7)).unwrap(),
        tree.set_data(at(4), "/a", data("longer"), 0).unwrap(),
        tree.set_data(at(4), "/a", None, 1).unwrap(),
        tree.delete(at(4), "/a/old", -1).unwrap(),
    ];
    assert_ne!(stats(&tree), before);
    while let Some(step) = steps.pop() {
        tree.undo(step);
    }
    assert_eq!((stats(&tree), tree.byte_count()), (before, bytes));
    assert_eq!(tree.get("/a").unwrap().births, 1);
    assert_eq!(tree.ephemerals_of(7).collect::<Vec<_>>(), ["/a/old"]);
    assert!(tree.mortal.is_empty());
}

#[test]
fn containers_and_nodes_with_a_time_to_live_are_reapable_when_their_time_has_come() {
    let mut tree = tree();
    make(&mut tree, 3, "/a/box", Life::Container).unwrap();
    make(&mut tree, 4, "/a/ttl", Life::Ttl(100)).unwrap();
    assert!(tree.reapable(140).is_empty(), "a container that never had a child stays");
    make(&mut tree, 5, "/a/box/child", Life::Persistent).unwrap();
    assert_eq!(tree.reapable(141), ["/a/ttl"]);
    make(&mut tree, 6, "/a/ttl/child", Life::Persistent).unwrap();
    tree.delete(at(7), "/a/box/child", -1).unwrap();
    assert_eq!(tree.reapable(1000), ["/a/box"]);
    assert!(Life::Ttl(100).owner() != 0 && Life::Ttl(100).session().is_none());
}
