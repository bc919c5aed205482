//! A property of plans: whatever steps are planned and applied one after the other, taken back from the last to the first
//! they leave the very bytes that were there before each, in the instance's znode and in the kept intent.

use proptest::prelude::*;

use super::plan::draft;
use super::plan_tests::{after, around, target, wish};
use super::undo;
use crate::domain::id::Layout;
use crate::domain::intent::Op;

/// Bytes of an instance of each layout that can be acted on.
fn instance() -> impl Strategy<Value = (Layout, String)> {
    let weight = 1..500i64;
    prop_oneof![
        weight.clone().prop_map(|n| (Layout::SEED, format!("{n}\n"))),
        weight.clone().prop_map(|n| {
            let payload = format!(r#"{{ "metadata" : {{"zone":"a","weight":"{n}"}}}}"#);
            (
                Layout::CURATOR,
                format!(r#"{{"name":"s","id":"i","address":"10.0.0.1","port":80,"payload":{payload},"x":1.50}}"#),
            )
        }),
        weight.prop_map(|n| {
            let class = "org.springframework.cloud.zookeeper.discovery.ZookeeperInstance";
            let metadata = format!(r#"{{"instance_status":"UP","weight":"{n}"}}"#);
            let payload = format!(r#"{{"@class":"{class}","id":"a","name":"s","metadata":{metadata}}}"#);
            (Layout::SPRING, format!(r#"{{"name":"s","id":"i","address":"10.0.0.1","port":80,"payload":{payload}}}"#))
        }),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![Just(Op::Drain), Just(Op::Undrain), (1..900i64).prop_map(Op::Weight)]
}

proptest! {
    #[test]
    fn applied_and_taken_back_every_step_gives_back_the_bytes(
        (layout, data) in instance(),
        ops in proptest::collection::vec(op(), 1..8),
    ) {
        let target = target(layout, &["/s/a"]);
        let mut here = around(&[("/s/a", &data)]);
        let mut steps = Vec::new();
        for op in ops {
            let Ok(planned) = draft(&target, op, &wish(), &here) else { continue };
            if planned.writes.is_empty() {
                continue;
            }
            let next = after(here.clone(), &planned.writes);
            steps.push((here, planned.writes));
            here = next;
        }
        for (before, step) in steps.into_iter().rev() {
            let back = undo::draft(&target, &step, &here).expect("nobody else has changed anything");
            prop_assert!(back.warnings.is_empty(), "{:?}", back.warnings);
            here = after(here, &back.writes);
            prop_assert_eq!(&here.nodes[0].data, &before.nodes[0].data);
            prop_assert_eq!(here.kept.as_ref().map(|k| &k.data), before.kept.as_ref().map(|k| &k.data));
        }
    }
}
