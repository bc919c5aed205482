//! Who is asked next: of those whose time has come, the selected first, then whoever has waited longest (the ill have shorter
//! periods, hence they are due sooner). A host is asked a bounded number of times at once. No clock, no I/O: moments are given.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use tokio::time::Instant;

/// How many instances of one host are asked at the same time.
pub const PER_HOST: usize = 16;

/// An instance's number in the queue; later ones are higher, none is used twice.
pub type Key = u64;

/// Those that wait, and those that are being asked.
#[derive(Debug, Default)]
pub struct Queue {
    first: BTreeSet<(Instant, Key)>,
    rest: BTreeSet<(Instant, Key)>,
    waiting: HashMap<Key, Ticket>,
    hosts: HashMap<Arc<str>, Host>,
}

#[derive(Debug)]
struct Ticket {
    due: Instant,
    first: bool,
}

#[derive(Debug, Default)]
struct Host {
    asked: usize,
    /// Due, but the host was busy.
    parked: VecDeque<(Key, Ticket)>,
}

impl Queue {
    /// Lets an instance wait until it is due.
    pub fn put(&mut self, key: Key, due: Instant, first: bool) {
        self.remove(key);
        if first { &mut self.first } else { &mut self.rest }.insert((due, key));
        self.waiting.insert(key, Ticket { due, first });
    }

    /// Takes an instance out, if it waits.
    pub fn remove(&mut self, key: Key) -> bool {
        let Some(ticket) = self.waiting.remove(&key) else { return false };
        self.first.remove(&(ticket.due, key)) || self.rest.remove(&(ticket.due, key))
    }

    /// Moves a waiting instance to the other class, due at `due` at the latest.
    pub fn promote(&mut self, key: Key, due: Instant, first: bool) {
        if let Some(ticket) = self.waiting.get(&key) {
            let due = ticket.due.min(due);
            self.put(key, due, first);
        }
    }

    /// The next instance that is due and whose host is free. It counts as being asked until [`Queue::done`].
    pub fn next(&mut self, now: Instant, host_of: impl Fn(Key) -> Option<Arc<str>>) -> Option<Key> {
        loop {
            let due = |set: &BTreeSet<(Instant, Key)>| set.first().filter(|(due, _)| *due <= now).map(|(_, key)| *key);
            let key = due(&self.first).or_else(|| due(&self.rest))?;
            let ticket = self.waiting.remove(&key)?;
            self.first.remove(&(ticket.due, key));
            self.rest.remove(&(ticket.due, key));
            let Some(host) = host_of(key) else { continue };
            let host = self.hosts.entry(host).or_default();
            if host.asked < PER_HOST {
                host.asked += 1;
                return Some(key);
            }
            host.parked.push_back((key, ticket));
        }
    }

    /// An instance of this host has been asked: one that waited for the host may be next.
    pub fn done(&mut self, host: &Arc<str>, alive: impl Fn(Key) -> bool) {
        let Some(busy) = self.hosts.get_mut(host) else { return };
        busy.asked = busy.asked.saturating_sub(1);
        let next = std::iter::from_fn(|| busy.parked.pop_front()).find(|(key, _)| alive(*key));
        if busy.asked == 0 && busy.parked.is_empty() {
            self.hosts.remove(host);
        }
        if let Some((key, ticket)) = next {
            self.put(key, ticket.due, ticket.first);
        }
    }

    /// When the next one is due.
    pub fn next_due(&self) -> Option<Instant> {
        let due = |set: &BTreeSet<(Instant, Key)>| set.first().map(|(due, _)| *due);
        [due(&self.first), due(&self.rest)].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn host(_: Key) -> Option<Arc<str>> {
        Some("h".into())
    }

    #[tokio::test]
    async fn the_first_go_first_and_among_equals_the_oldest() {
        let now = Instant::now();
        let mut queue = Queue::default();
        let ago = |s| now - Duration::from_secs(s);
        queue.put(1, ago(9), false);
        queue.put(2, ago(1), true);
        queue.put(3, ago(5), false);
        queue.put(4, now + Duration::from_secs(1), true);
        let order: Vec<_> = std::iter::from_fn(|| queue.next(now, host)).collect();
        assert_eq!(order, [2, 1, 3]);
        assert_eq!(queue.next_due(), Some(now + Duration::from_secs(1)));
        queue.promote(4, now, false);
        assert_eq!(queue.next(now, host), Some(4));
    }

    #[tokio::test]
    async fn a_busy_host_lets_others_pass_and_is_taken_up_again() {
        let now = Instant::now();
        let mut queue = Queue::default();
        let most = PER_HOST as Key;
        let host_of = |key: Key| Some(if key == 1_000 { "other".into() } else { Arc::from("h") });
        (0..most + 3).for_each(|key| queue.put(key, now, true));
        queue.put(1_000, now, false);
        let asked: Vec<_> = std::iter::from_fn(|| queue.next(now, host_of)).collect();
        assert_eq!((asked.len(), asked.last()), (PER_HOST + 1, Some(&1_000)));
        let h: Arc<str> = "h".into();
        // The first parked one has gone meanwhile.
        queue.done(&h, |key| key != most);
        assert_eq!(queue.next(now, host_of), Some(most + 1));
        queue.done(&h, |_| true);
        assert_eq!(queue.next(now, host_of), Some(most + 2));
        (0..PER_HOST).for_each(|_| queue.done(&h, |_| true));
        assert!(!queue.hosts.contains_key(&h) && queue.next(now, host_of).is_none());
    }
}
