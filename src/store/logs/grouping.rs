//! Which messages are one pattern: those of one shape, and shapes that differ in one or two words as soon as there are many
//! of them (`user ana logged in`, `user bob logged in`, ...). Knows shapes, not lines. What it says of a message it says of it
//! in any line, so that a pattern's lines are found again by it.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::shape::Words;

/// So many shapes that differ in one word are one pattern.
const MANY: u16 = 8;
/// So many where the word is a number or an id in others already.
const FEW: u16 = 3;
/// So many where two words differ, since one of them may be one of a few that matter; where what differs is in a path; and where
/// only one other word is left: those are told apart for longer.
const VERY_MANY: u16 = 48;
/// Words that are looked at for two that differ.
const PAIRED: usize = 16;
/// Words of one pattern that turned out to differ, at most.
const ANY: u32 = 4;
/// Groups of shapes that are counted; beyond, the count begins anew.
const COUNTED: usize = 200_000;
/// Patterns with words that turned out to differ, of messages of one kind.
const MERGED: usize = 64;

/// A service, a level, and how many words: only messages that have them in common are one pattern.
type Kind = (u32, u8, usize);

/// What is known of shapes.
#[derive(Clone, Debug, Default)]
pub(super) struct Grouping {
    /// The patterns with words that turned out to differ: which words, and the pattern; the first that fits counts.
    merged: HashMap<Kind, Vec<(u64, u64)>, RandomState>,
}

impl Grouping {
    /// The pattern of a message.
    pub(super) fn of(&self, service: u32, level: u8, words: &Words) -> u64 {
        let merged = self.merged.get(&(service, level, words.len)).map(Vec::as_slice).unwrap_or_default();
        let found = merged.iter().find(|(any, pattern)| words.without(*any) == *pattern);
        found.map_or(words.sum, |(_, pattern)| *pattern)
    }

    /// Patterns that go into another one, in which the words at these places are any: what fits them fits that from now on.
    /// Whether there was room for it.
    pub(super) fn merge(&mut self, (service, level): (u32, u8), into: &Words, any: u64, gone: &[u64]) -> bool {
        let merged = self.merged.entry((service, level, into.len)).or_default();
        merged.retain(|(_, pattern)| !gone.contains(pattern));
        if merged.len() >= MERGED {
            return false;
        }
        merged.push((any, into.without(any)));
        true
    }
}

/// How many shapes there are that differ in the same words alone.
#[derive(Clone, Debug, Default)]
pub(super) struct Families {
    counts: HashMap<u64, u16, RandomState>,
}

impl Families {
    /// Counts a shape that is new. `any`: its words that turned out to differ before; `known`: whether there is a pattern of this
    /// number. The words by which it differs from enough others for all of them to be one pattern, and how many are enough.
    pub(super) fn see(&mut self, words: &Words, any: u64, known: impl Fn(u64) -> bool) -> Option<(u64, u16)> {
        if self.counts.len() > COUNTED {
            self.counts.clear();
        }
        let free: Vec<u64> = words.places(words.free).map(|place| 1 << place).collect();
        let ones = free.iter().copied();
        let paired = &free[..free.len().min(PAIRED)];
        let twos = paired.iter().enumerate().flat_map(|(at, one)| paired[at + 1..].iter().map(move |two| one | two));
        let mut found = None;
        for places in ones.chain(twos) {
            if (any | places).count_ones() > ANY {
                continue;
            }
            let Some(many) = enough(words, places) else { continue };
            let without = words.without(places);
            let many = if many == MANY && known(without) { FEW } else { many };
            let count = self.counts.entry(without).or_default();
            *count = count.saturating_add(1);
            if *count >= many && found.is_none() {
                found = Some((places, many));
            }
        }
        found
    }

    /// So many are left of those that differ in these words.
    pub(super) fn left(&mut self, words: &Words, places: u64, count: usize) {
        self.counts.insert(words.without(places), u16::try_from(count).unwrap_or(u16::MAX));
    }
}

/// How many shapes that differ in these words alone are one pattern; `None`: they never are, nothing would be left.
fn enough(words: &Words, places: u64) -> Option<u16> {
    let is_path = words.path & places != 0;
    match ((words.said & !places).count_ones(), places.count_ones()) {
        (0, _) | (1, 2) => None,
        (1, _) => Some(VERY_MANY),
        (_, 1) if !is_path => Some(MANY),
        _ => Some(VERY_MANY),
    }
}
