//! Rooms in which things are kept for half a minute or so: bounded in time by generations, in size by what each may hold.
//! What they hold is told by who uses them (pairing.rs).

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// Entries of one generation of a room; two generations are kept.
pub(super) const MOST: usize = 1 << 16;
/// Things that wait in one generation, all of them: a message may come from many spans.
const MOST_WAITING: usize = MOST * 4;
/// Those that wait for one span.
const MOST_FOR_ONE: usize = 256;

/// Entries that are forgotten after between one and two generations: a map that never walks over itself.
#[derive(Debug)]
pub(super) struct Room<T> {
    pub(super) now: HashMap<u64, T, RandomState>,
    pub(super) before: HashMap<u64, T, RandomState>,
}

impl<T> Room<T> {
    pub(super) fn new() -> Self {
        Self { now: HashMap::default(), before: HashMap::default() }
    }

    /// Begins a new generation; the one that is forgotten comes back, for those who want to know.
    pub(super) fn turn(&mut self) -> HashMap<u64, T, RandomState> {
        // As large as the one before: a map that grows moves all of it, again and again.
        let next = HashMap::with_capacity_and_hasher(self.now.len(), RandomState::default());
        std::mem::replace(&mut self.before, std::mem::replace(&mut self.now, next))
    }

    pub(super) fn get(&self, key: u64) -> Option<&T> {
        self.now.get(&key).or_else(|| self.before.get(&key))
    }

    pub(super) fn get_mut(&mut self, key: u64) -> Option<&mut T> {
        self.now.get_mut(&key).or_else(|| self.before.get_mut(&key))
    }

    pub(super) fn take(&mut self, key: u64) -> Option<T> {
        self.now.remove(&key).or_else(|| self.before.remove(&key))
    }

    /// What is kept there, of this generation or of the one before; of neither, what is made now.
    pub(super) fn kept(&mut self, key: u64) -> &mut T
    where
        T: Copy + Default,
    {
        let before = &self.before;
        self.now.entry(key).or_insert_with(|| before.get(&key).copied().unwrap_or_default())
    }
}

/// What waits for spans that have not come, by the span.
#[derive(Debug)]
pub(super) struct Waiting<T> {
    room: Room<Vec<T>>,
    /// How many were put into this generation.
    held: usize,
    /// How many had no room, ever.
    lost: u64,
}

impl<T> Waiting<T> {
    pub(super) fn new() -> Self {
        Self { room: Room::new(), held: 0, lost: 0 }
    }

    pub(super) fn turn(&mut self) {
        self.held = 0;
        self.room.turn();
    }

    /// Lets one wait for the span there, where there is room.
    pub(super) fn wait(&mut self, there: u64, one: T) {
        if self.held >= MOST_WAITING {
            self.lost += 1;
            return;
        }
        // Nearly always it is the only one.
        let waiting = self.room.now.entry(there).or_insert_with(|| Vec::with_capacity(1));
        if waiting.len() >= MOST_FOR_ONE {
            self.lost += 1;
            return;
        }
        waiting.push(one);
        self.held += 1;
    }

    /// All that wait for the span there.
    pub(super) fn take(&mut self, there: u64) -> Vec<T> {
        let Room { now, before } = &mut self.room;
        let mut all = now.remove(&there).unwrap_or_default();
        if let Some(older) = (!before.is_empty()).then(|| before.remove(&there)).flatten() {
            all.splice(0..0, older);
        }
        all
    }

    /// The first of those that wait for the span there of which this holds.
    pub(super) fn find(&mut self, there: u64, mut is: impl FnMut(&T) -> bool) -> Option<&mut T> {
        self.room.get_mut(there)?.iter_mut().find(|one| is(one))
    }

    /// The same, which waits no longer.
    pub(super) fn take_one(&mut self, there: u64, mut is: impl FnMut(&T) -> bool) -> Option<T> {
        let Room { now, before } = &mut self.room;
        [now, before].into_iter().filter(|room| !room.is_empty()).find_map(|room| {
            let all = room.get_mut(&there)?;
            let place = all.iter().position(&mut is)?;
            Some(all.swap_remove(place))
        })
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_bounded_for_one_span_and_for_all_and_what_had_no_room_is_counted() {
        let mut waiting = Waiting::new();
        (0..MOST_FOR_ONE + 3).for_each(|n| waiting.wait(7, n));
        assert_eq!((waiting.take(7).len(), waiting.lost()), (MOST_FOR_ONE, 3));
        (0..MOST_WAITING + 9).for_each(|n| waiting.wait(n as u64, n));
        assert_eq!(waiting.lost(), 3 + 9 + MOST_FOR_ONE as u64, "one generation holds so many, whoever has left since");
        waiting.turn();
        waiting.wait(5, 1);
        assert_eq!(waiting.take(5), [5, 1], "both generations, the older first");
        waiting.turn();
        waiting.turn();
        assert!(waiting.take(6).is_empty());
    }
}
