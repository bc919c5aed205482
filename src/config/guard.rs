//! `guard:` of the file: a list of guard rails. What they mean is `domain::guard`'s, where they bite is `insight::guard`'s.

use std::sync::Arc;

use super::problem::Problem;
use super::reader::{Keys, Problems, Wrong, one_of, truth};
use super::tree::{Node, Value};
use crate::domain::guard::{Act, Guard, Pattern};

/// Reads the list.
pub(super) fn read(node: &Node, problems: &mut Problems) -> Vec<Guard> {
    let Value::List(items) = &node.value else {
        let what = format!("`guard` is a list, not {}", node.value.kind());
        let help = "write each on lines of its own: - service: payments-*";
        problems.push(Problem::new(node.place, what).help(help));
        return Vec::new();
    };
    items.iter().enumerate().filter_map(|(n, item)| one(n + 1, item, problems)).collect()
}

fn one(number: usize, node: &Node, problems: &mut Problems) -> Option<Guard> {
    let name = format!("guard[{number}]");
    let before = problems.len();
    let mut keys = Keys::open(&name, node, problems);
    let actions: Vec<Act> =
        keys.list("actions", problems, |text| one_of(text, &Act::WORDS)).into_iter().map(|(act, _)| act).collect();
    let guard = Guard {
        service: keys.value("service", problems, pattern),
        cluster: keys.value("cluster", problems, pattern),
        actions: if actions.is_empty() { Act::USUAL.to_vec() } else { actions },
        deny: keys.value("deny", problems, words),
        typed: keys
            .value("confirm", problems, |text| one_of(text, &[("typed", true), ("key", false)]))
            .unwrap_or(false),
        at_most: keys.value("at_most", problems, count),
        reason: keys
            .value("reason", problems, |text| match text {
                "required" => Ok(true),
                _ => truth(text).map_err(|_| Wrong::new("this is not one of the words it knows", "write: required")),
            })
            .unwrap_or(false),
        only: keys.list("second_person", problems, words).into_iter().map(|(name, _)| name).collect(),
    };
    keys.close(problems);
    if problems.len() > before {
        return None;
    }
    if guard.service.is_none() && guard.cluster.is_none() {
        let what = format!("`{name}` does not say what it guards");
        problems.push(Problem::new(node.place, what).help("service: or cluster:, a name or a pattern as payments-*"));
    }
    let rail = guard.deny.is_some() || guard.typed || guard.at_most.is_some() || guard.reason || !guard.only.is_empty();
    if !rail {
        let what = format!("`{name}` guards nothing");
        let help = "one or more of: deny: WHY, confirm: typed, at_most: N, reason: required, second_person: [NAME]";
        problems.push(Problem::new(node.place, what).help(help));
    }
    Some(guard)
}

fn pattern(text: &str) -> Result<Pattern, Wrong> {
    words(text).map(|text| Pattern::new(&text))
}

/// A text that is shown on one line.
fn words(text: &str) -> Result<Arc<str>, Wrong> {
    match text.trim() {
        "" => Err(Wrong::from("the text is empty".to_owned())),
        text if text.len() > 256 => Err(Wrong::from("the text is longer than 256 bytes".to_owned())),
        text if text.chars().any(char::is_control) => Err(Wrong::from("the text holds control characters".to_owned())),
        text => Ok(text.into()),
    }
}

fn count(text: &str) -> Result<u32, Wrong> {
    let wrong = || Wrong::new("this is no number of instances", "a whole number from 1: at_most: 1");
    text.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use crate::config::shape::read;
    use crate::domain::guard::Act;

    #[test]
    fn every_rail_is_read() {
        let config = read(
            "k",
            "guard:\n  - service: payments-*\n    actions: [deregister]\n    deny: ask the payments team\n  - cluster: prod\n    \
             confirm: typed\n    at_most: 1\n    reason: required\n    second_person: [ben, cara]\n",
        )
        .unwrap();
        let [first, second] = &config.guard[..] else { panic!("{:?}", config.guard) };
        assert_eq!(
            (first.deny.as_deref(), &first.actions[..]),
            (Some("ask the payments team"), &[Act::Deregister][..])
        );
        assert_eq!((second.typed, second.at_most, second.reason, second.only.len()), (true, Some(1), true, 2));
        assert_eq!(second.actions, Act::USUAL);
    }

    #[test]
    fn mistakes_are_told_with_line_and_caret() {
        let told = read(
            "k.yaml",
            "guard:\n  - service: a\n    denny: x\n  - confirm: typed\n  - service: b\n  - service: c\n    at_most: none\n  - service: d\n    actions: [drian]\n    reason: often\n",
        )
        .unwrap_err()
        .to_string();
        for line in [3, 4, 5, 7, 9, 10] {
            assert!(told.contains(&format!("k.yaml:{line}:")), "{line} is missing:\n{told}");
        }
        assert!(told.contains("did you mean `deny`?") && told.contains("did you mean `drain`?"), "{told}");
        assert!(read("k", "guard: payments\n").unwrap_err().to_string().contains("`guard` is a list"));
    }
}
