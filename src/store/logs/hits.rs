//! Places of lines in their order, in pieces: putting one in between, as late lines do, moves a piece of them and never
//! all, and counting those behind a place adds up pieces. Not which lines fit: that is the list's.

use std::collections::VecDeque;

use super::LogKey;

/// Places in one piece at most.
const MOST: usize = 1_024;

/// Places, each once, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Hits {
    /// None of them empty.
    pieces: VecDeque<Vec<LogKey>>,
    len: usize,
}

impl Hits {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Forgets what stands before this place; all of it where there is none.
    pub(super) fn drop_before(&mut self, first: Option<LogKey>) {
        let Some(first) = first else { return *self = Hits::default() };
        while let Some(piece) = self.pieces.front_mut().filter(|piece| piece[0] < first) {
            let gone = piece.partition_point(|hit| *hit < first);
            self.len -= gone;
            if gone == piece.len() {
                self.pieces.pop_front();
            } else {
                piece.drain(..gone);
            }
        }
    }

    /// Puts places in that are in order among themselves: before or behind all that are here without looking further.
    pub(super) fn put(&mut self, mut found: Vec<LogKey>) {
        let Some(last) = found.last() else { return };
        match self.pieces.front_mut() {
            Some(front) if *last < front[0] => {
                self.len += found.len();
                if found.len() + front.len() <= MOST {
                    found.append(front);
                    *front = found;
                } else {
                    self.pieces.push_front(found);
                }
            }
            _ => found.into_iter().for_each(|hit| self.insert(hit)),
        }
    }

    fn insert(&mut self, hit: LogKey) {
        self.len += 1;
        if let Some(newest) = self.pieces.back_mut().filter(|newest| newest.len() < MOST)
            && newest.last().is_some_and(|last| *last < hit)
        {
            // Nearly all of them: what arrives is the newest.
            return newest.push(hit);
        }
        let place = self.pieces.partition_point(|piece| piece[0] <= hit).saturating_sub(1);
        let is_last = place + 1 >= self.pieces.len();
        let Some(piece) = self.pieces.get_mut(place) else { return self.pieces.push_back(vec![hit]) };
        if piece.last().is_none_or(|last| *last < hit) {
            match piece.len() {
                ..MOST => piece.push(hit),
                _ if is_last => self.pieces.push_back(vec![hit]),
                _ => self.pieces.insert(place + 1, vec![hit]),
            }
            return;
        }
        let at = piece.partition_point(|known| *known < hit);
        piece.insert(at, hit);
        if piece.len() > MOST {
            let later = piece.split_off(MOST / 2);
            self.pieces.insert(place + 1, later);
        }
    }

    /// Those from this place on, in order.
    pub(super) fn from(&self, key: LogKey) -> impl Iterator<Item = LogKey> {
        let (piece, at) = self.find(key);
        self.pieces.range(piece..).flatten().skip(at).copied()
    }

    /// Those before this place, latest first.
    pub(super) fn before(&self, key: LogKey) -> impl Iterator<Item = LogKey> {
        let (piece, at) = self.find(key);
        let part = self.pieces.get(piece).map_or(&[][..], |piece| &piece[..at]);
        part.iter().rev().chain(self.pieces.range(..piece).rev().flat_map(|piece| piece.iter().rev())).copied()
    }

    /// How many stand at or behind this place.
    pub(super) fn count_from(&self, key: LogKey) -> usize {
        let (piece, at) = self.find(key);
        self.pieces.range(piece..).map(Vec::len).sum::<usize>() - at
    }

    /// The piece and the place within it of the first that is not before this; behind the last piece where all are.
    fn find(&self, key: LogKey) -> (usize, usize) {
        let piece = self.pieces.partition_point(|piece| piece.last().is_some_and(|last| *last < key));
        (piece, self.pieces.get(piece).map_or(0, |piece| piece.partition_point(|hit| *hit < key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Moment;

    fn key(n: u64) -> LogKey {
        LogKey { at: Moment(n as i64 / 3), seq: n }
    }

    #[test]
    fn they_are_in_order_however_they_come() {
        let (mut hits, mut all) = (Hits::default(), Vec::new());
        // In blocks from the newest back, then one by one at the end, then in between.
        for from in (0..40u64).rev() {
            let block: Vec<LogKey> = (0..100).map(|n| key(10_000 + (from * 100 + n) * 2)).collect();
            all.extend_from_slice(&block);
            hits.put(block);
        }
        for n in 0..3_000u64 {
            all.push(key(20_000 + n * 2));
            hits.put(vec![key(20_000 + n * 2)]);
        }
        for n in 0..5_000u64 {
            let late = key(10_001 + n * 7919 % 5_000 * 2);
            all.push(late);
            hits.put(vec![late]);
        }
        all.sort_unstable();
        assert_eq!(hits.len(), all.len());
        assert!(hits.pieces.iter().all(|piece| !piece.is_empty() && piece.len() <= MOST));
        for at in [0, 9_999, 10_000, 12_345, 17_999, 18_001, 22_222, 99_999].map(key) {
            let place = all.partition_point(|hit| *hit < at);
            assert!(hits.from(at).eq(all[place..].iter().copied()), "{at:?}");
            assert!(hits.before(at).eq(all[..place].iter().rev().copied()), "{at:?}");
            assert_eq!(hits.count_from(at), all.len() - place);
        }
        hits.drop_before(Some(key(15_000)));
        let place = all.partition_point(|hit| *hit < key(15_000));
        assert!(hits.from(key(0)).eq(all[place..].iter().copied()));
        assert_eq!(hits.len(), all.len() - place);
        hits.drop_before(None);
        assert_eq!((hits.len(), hits.from(key(0)).count()), (0, 0));
    }
}
