//! Whoever reads change by change, and each time only what has to do with it, tells what somebody tells who reads everything.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::group_tests::{Stage, empty, stage};
use crate::zk::tree::Node;

/// All znodes of the trees of Dubbo, with ties between them that the trees do not have.
fn universe() -> Vec<Node> {
    let mut all: Stage = empty();
    for tree in ["dubbo-interface", "dubbo-app-level"] {
        for node in stage(tree).nodes() {
            all.plant(node);
        }
    }
    let provider = |app: &str, interface: &str, host: u8| {
        let url = format!(
            "dubbo://127.0.9.{host}:20880/{interface}?application={app}&interface={interface}&side=provider&dubbo=2.0.2&release=2.7.23"
        );
        let name =
            url.replace(':', "%3A").replace('/', "%2F").replace('?', "%3F").replace('=', "%3D").replace('&', "%26");
        format!("/dubbo/{interface}/providers/{name}")
    };
    // Two applications that serve one interface, one of them at two roots, and an interface that nobody else serves.
    for (app, interface, host) in [("one", "a.b.Both", 1), ("one", "a.b.Mine", 1), ("two", "a.b.Both", 2)] {
        all.put_mortal(&provider(app, interface, host), b"");
    }
    all.put_mortal(&provider("one", "a.b.Both", 1).replace("/dubbo/", "/other/"), b"");
    let caller =
        "consumer%3A%2F%2F127.0.9.9%2Fa.b.Both%3Fapplication%3Dcaller%26interface%3Da.b.Both%26side%3Dconsumer";
    all.put_mortal(&format!("/dubbo/a.b.Both/consumers/{caller}"), b"");
    let off = "override%3A%2F%2F127.0.9.2%3A20880%2Fa.b.Both%3Fcategory%3Dconfigurators%26disabled%3Dtrue%26dynamic%3Dfalse%26enabled%3Dtrue";
    all.put(&format!("/dubbo/a.b.Both/configurators/{off}"), b"");
    all.put("/dubbo/mapping/a.b.Both", b"demo-provider,two");
    all.put(
        "/dubbo/config/dubbo/one.tag-router",
        "enabled: true\ntags:\n- name: kw\n  addresses: ['127.0.9.1:20880']\n",
    );
    let weighs = "configVersion: v3.0\nscope: service\nenabled: true\nconfigs:\n- side: provider\n  addresses: ['127.0.9.2:20880']\n  parameters: {weight: 7}\n";
    all.put("/dubbo/config/dubbo/a.b.Both::.configurators", weighs);
    all.put_mortal("/dubbo/a.b.Both/providers/dubbo%3A%2F%2Fnowhere%3Fside%3Dprovider", b"");
    all.nodes()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn change_by_change_is_as_all_at_once(steps in vec((any::<prop::sample::Index>(), any::<bool>()), 1..80)) {
        let all = universe();
        let mut stage = empty();
        for (which, emptied) in steps {
            let mut node = all[which.index(all.len())].clone();
            match stage.bytes().contains_key(&node.path) {
                true if !emptied => stage.remove(&node.path),
                _ => {
                    if emptied {
                        node.data = b"{".as_slice().into();
                    }
                    stage.plant(node);
                }
            }
            prop_assert_eq!(stage.told(), &stage.read_at_once());
        }
    }
}
