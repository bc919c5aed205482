//! That nodes stay put, whatever happens around them.

use proptest::prelude::*;

use super::*;

fn shop() -> Graph {
    Graph::new(
        ["gateway", "users", "orders", "articles", "payments", "mailer"],
        [
            ("gateway", "users"),
            ("gateway", "orders"),
            ("gateway", "articles"),
            ("orders", "users"),
            ("orders", "articles"),
            ("orders", "payments"),
            ("orders", "mailer"),
        ],
    )
}

fn settled(graph: &Graph) -> Slots {
    let mut slots = Slots::new();
    slots.arrange(graph, |_| true);
    slots
}

#[test]
fn layers_follow_who_calls_whom() {
    let slots = settled(&shop());
    let layer = |name| slots.layer(name).expect("known");
    assert_eq!(layer("gateway"), 0);
    assert_eq!([layer("users"), layer("orders"), layer("articles")], [1, 1, 1]);
    assert_eq!([layer("payments"), layer("mailer")], [2, 2]);
    let row = |name| slots.get(name).expect("drawn").row;
    assert_eq!(row("orders"), 1, "between the two that it calls");
    assert_eq!(row("gateway"), 1, "in the middle of those it calls");
    assert!(row("payments").abs_diff(1) <= 1);
}

#[test]
fn rings_survive() {
    let ring = Graph::new(["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "d")]);
    let slots = settled(&ring);
    assert_eq!(slots.layer("c"), Some(0), "it calls more than it is called");
    assert_eq!(slots.iter().count(), 4);
}

#[test]
fn until_a_call_is_known_there_is_nothing_to_keep() {
    let mut slots = Slots::new();
    slots.update(&Graph::new(["gateway", "orders"], []), |_| true);
    assert_eq!(slots.layer("orders"), Some(0));
    slots.update(&Graph::new(["gateway", "orders"], [("gateway", "orders")]), |_| true);
    assert_eq!(slots.layer("orders"), Some(1));
}

#[test]
fn a_whole_chain_that_is_new_finds_its_layers() {
    let mut slots = settled(&shop());
    let shop = shop();
    let chain = [("orders", "c-stock"), ("c-stock", "b-depot"), ("b-depot", "a-store")];
    let names = shop.names().iter().map(String::as_str).chain(["a-store", "b-depot", "c-stock"]);
    slots.update(&Graph::new(names, shop.calls().chain(chain)), |_| true);
    assert_eq!(["c-stock", "b-depot", "a-store"].map(|name| slots.layer(name)), [Some(2), Some(3), Some(4)]);
}

#[test]
fn folding_hides_nothing_that_is_not_well() {
    let names: Vec<String> = (0..200).map(|n| format!("{}-{n:03}", ["search", "cart", "ledger"][n % 3])).collect();
    let calls: Vec<(usize, usize)> = (0..150).map(|n| (n, n + 50)).collect();
    let graph = Graph::new(
        names.iter().map(String::as_str),
        calls.iter().map(|(a, b)| (names[*a].as_str(), names[*b].as_str())),
    );
    let slots = settled(&graph);
    let sick = "ledger-050";
    let folded = fold(&graph, 40, |name| name == sick, |name| slots.layer(name).unwrap_or(0), |_| 3);
    assert!(folded.drawn.contains(sick));
    assert_eq!(folded.drawn.len(), 3, "its caller and its callee too: {:?}", folded.drawn);
    assert_eq!(folded.services(), 197);
    assert_eq!(folded.groups.iter().map(|group| group.instances).sum::<usize>(), 197 * 3);
    assert!(folded.groups.iter().any(|group| group.name == "search-*"));
    assert_eq!(fold(&graph, 200, |_| false, |_| 0, |_| 0).drawn.len(), 200, "room for all: nothing is folded");
}

#[test]
fn a_cluster_that_is_well_shows_who_has_most_to_do_and_one_that_is_ill_shows_all_that_is() {
    let names: Vec<String> = (0..200).map(|n| format!("{}-{n:03}", ["search", "cart", "ledger"][n % 3])).collect();
    let calls = (10..200).map(|n| (n % 10, n));
    let graph =
        Graph::new(names.iter().map(String::as_str), calls.map(|(a, b)| (names[a].as_str(), names[b].as_str())));
    let well = fold(&graph, 24, |_| false, |_| 0, |_| 1);
    assert_eq!(well.drawn.len(), 10, "{:?}", well.drawn);
    assert!(names[..10].iter().all(|name| well.drawn.contains(name)));
    let ill: Vec<&String> = names[100..150].iter().collect();
    let folded = fold(&graph, 24, |name| ill.iter().any(|ill| *ill == name), |_| 0, |_| 1);
    assert!(ill.iter().all(|name| folded.drawn.contains(*name)) && folded.services() == 150, "{}", folded.services());
}

#[test]
fn every_call_can_be_walked() {
    let (graph, slots) = (shop(), settled(&shop()));
    let go = |at: &At, way| step(at, way, &graph, &slots);
    let service = |name: &str| At::Service(name.to_owned());
    let call = |a: &str, b: &str| At::Call(a.to_owned(), b.to_owned());
    assert_eq!(go(&service("gateway"), Step::Right), Some(call("gateway", "orders")));
    assert_eq!(go(&call("gateway", "orders"), Step::Right), Some(service("orders")));
    assert_eq!(go(&call("gateway", "orders"), Step::Left), Some(service("gateway")));
    assert_eq!(go(&service("gateway"), Step::Left), None);
    let mut seen = 1;
    let mut at = call("gateway", "orders");
    while let Some(up) = go(&at, Step::Up) {
        at = up;
    }
    while let Some(down) = go(&at, Step::Down) {
        at = down;
        seen += 1;
    }
    assert_eq!(seen, 3, "all three calls of the gateway");
    let mut below = 1;
    let mut name = "gateway".to_owned();
    while let Some(next) = beside(&slots, &name, true) {
        name = next.to_owned();
        below += 1;
    }
    assert_eq!(below, 6, "all services");
}

type Calls = Vec<(usize, usize)>;

fn graph(n: usize, calls: &Calls) -> Graph {
    let names: Vec<String> = (0..n).map(|n| format!("s{n}")).collect();
    let call = |(a, b): &(usize, usize)| (names[a % n].clone(), names[b % n].clone());
    let calls: Vec<_> = calls.iter().map(call).collect();
    Graph::new(names.iter().map(String::as_str), calls.iter().map(|(a, b)| (a.as_str(), b.as_str())))
}

fn any_calls() -> impl Strategy<Value = Calls> {
    prop::collection::vec((0_usize..40, 0_usize..40), 1..80)
}

proptest! {
    #[test]
    fn no_two_share_a_slot_and_the_same_graph_is_the_same_picture(n in 2_usize..40, calls in any_calls()) {
        let graph = graph(n, &calls);
        let slots = settled(&graph);
        let places: BTreeSet<Slot> = slots.iter().map(|(_, slot)| slot).collect();
        prop_assert_eq!(places.len(), n);
        prop_assert_eq!(&slots, &settled(&graph));
        let rows = slots.iter().map(|(_, slot)| usize::from(slot.row)).max().unwrap_or(0);
        prop_assert!(rows < n);
    }

    #[test]
    fn calls_that_come_and_go_move_nobody(n in 2_usize..40, before in any_calls(), after in any_calls()) {
        let mut slots = settled(&graph(n, &before));
        prop_assume!(slots.settled);
        let was = slots.clone();
        slots.update(&graph(n, &after), |_| true);
        prop_assert_eq!(&slots, &was);
        slots.update(&graph(n, &Vec::new()), |_| true);
        prop_assert_eq!(&slots, &was);
    }

    #[test]
    fn who_comes_moves_nobody_and_who_goes_neither(n in 2_usize..30, more in 1_usize..10, calls in any_calls()) {
        let mut slots = settled(&graph(n, &calls));
        prop_assume!(slots.settled);
        let was = slots.clone();
        slots.update(&graph(n + more, &calls), |_| true);
        for (name, slot) in was.iter() {
            prop_assert_eq!(slots.get(name), Some(slot));
        }
        let places: BTreeSet<Slot> = slots.iter().map(|(_, slot)| slot).collect();
        prop_assert_eq!(places.len(), n + more);
        slots.update(&graph(n, &calls), |_| true);
        prop_assert_eq!(&slots, &was);
    }
}
