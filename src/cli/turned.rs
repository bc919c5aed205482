//! Exports that an intake refused whole, said on standard error: each kind once when it comes, and how many there were at the
//! end. They are no part of the records: nothing of them was received.

use crate::domain::fact::Turned;
use crate::domain::show;
use crate::domain::text::Shown;

/// Kinds that are told apart; the rest is one.
const MOST: usize = 32;

/// What was refused so far.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    kinds: Vec<Turned>,
    others: u64,
}

impl Refusals {
    /// Takes more of them; what is to be said of it, if that is new.
    pub(super) fn take(&mut self, source: &str, turned: &Turned) -> Option<String> {
        if let Some(kind) = self.kinds.iter_mut().find(|kind| kind.is_like(turned)) {
            kind.exports += turned.exports;
            return None;
        }
        if self.kinds.len() == MOST {
            self.others += turned.exports;
            return None;
        }
        self.kinds.push(turned.clone());
        Some(said(&format!("{source}: {}: {}", show::turned(turned), turned.words())))
    }

    /// How many there were of each kind that came more than once.
    pub(super) fn sums(&self) -> Vec<String> {
        let many = self.kinds.iter().filter(|kind| kind.exports > 1);
        let others =
            (self.others > 0).then(|| said(&format!("In all {} of others", show::some(self.others, "exports"))));
        many.map(|kind| said(&format!("In all {}: {}", show::turned(kind), kind.words()))).chain(others).collect()
    }
}

fn said(text: &str) -> String {
    Shown::new(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_said_once_and_summed_at_the_end() {
        let mut refusals = Refusals::default();
        let turned = |n: u64, said: &str| Turned {
            exports: 1,
            again: false,
            from: format!("10.0.0.{n}").into(),
            why: "spans, it cannot be read".into(),
            said: said.into(),
        };
        let first = refusals.take("otlp", &turned(1, "no protobuf\u{1b}[2J"));
        let wanted = "otlp: 1 export refused here: from 10.0.0.1, spans, it cannot be read: no protobuf";
        assert!(first.as_deref().is_some_and(|said| said.starts_with(wanted) && !said.contains('\u{1b}')), "{first:?}");
        assert_eq!(refusals.take("otlp", &turned(1, "other words")), None);
        let said = (2..100).filter_map(|n| refusals.take("otlp", &turned(n, ""))).count();
        assert_eq!((said, refusals.kinds.len()), (MOST - 1, MOST));
        let sums = refusals.sums();
        assert!(sums[0].starts_with("In all 2 exports refused here: from 10.0.0.1"), "{sums:?}");
        assert_eq!(sums[1..], ["In all 67 exports of others"]);
    }
}
