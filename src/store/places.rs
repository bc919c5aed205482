//! Places of lines, or of traces, in their order, in pieces: putting one in between, as late ones do, moves a piece of them and
//! never all, and counting those behind a place adds up pieces. Not which ones fit: that is a list's.

use std::collections::VecDeque;

/// Places in one piece at most.
const MOST: usize = 512;

/// Places, each once, in order.
#[derive(Clone, Debug)]
pub(super) struct Places<K> {
    /// None of them empty.
    pieces: VecDeque<Vec<K>>,
    /// For each piece a place that is not behind its first, and behind all before it: beside each other they are searched without
    /// going to any piece.
    heads: VecDeque<K>,
    len: usize,
}

impl<K> Default for Places<K> {
    fn default() -> Self {
        Places { pieces: VecDeque::new(), heads: VecDeque::new(), len: 0 }
    }
}

/// A piece that will be filled: what grows little by little is moved again and again.
fn newest<K>(hit: K) -> Vec<K> {
    let mut piece = Vec::with_capacity(MOST);
    piece.push(hit);
    piece
}

impl<K: Copy + Ord> Places<K> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Forgets what stands before this place; all of it where there is none.
    pub(super) fn drop_before(&mut self, first: Option<K>) {
        let Some(first) = first else { return *self = Places::default() };
        while let Some(piece) = self.pieces.front_mut().filter(|piece| piece[0] < first) {
            let gone = piece.partition_point(|hit| *hit < first);
            self.len -= gone;
            if gone == piece.len() {
                self.pieces.pop_front();
                self.heads.pop_front();
            } else {
                piece.drain(..gone);
            }
        }
    }

    /// Puts places in that are in order among themselves: those before all that are here without looking further.
    pub(super) fn put(&mut self, mut found: Vec<K>) {
        let mut later = Vec::new();
        if let Some(front) = self.pieces.front_mut() {
            later = found.split_off(found.partition_point(|hit| *hit < front[0]));
            self.len += found.len();
            if found.len() + front.len() <= MOST {
                found.append(front);
                *front = found;
                self.heads[0] = front[0];
                found = Vec::new();
            }
        } else {
            self.len += found.len();
        }
        for piece in found.rchunks(MOST) {
            self.pieces.push_front(piece.to_vec());
            self.heads.push_front(piece[0]);
        }
        later.into_iter().for_each(|hit| self.insert(hit));
    }

    fn insert(&mut self, hit: K) {
        self.len += 1;
        if let Some(newest) = self.pieces.back_mut().filter(|newest| newest.len() < MOST)
            && newest.last().is_some_and(|last| *last < hit)
        {
            // Nearly all of them: what arrives is the newest.
            return newest.push(hit);
        }
        let place = self.heads.partition_point(|head| *head <= hit).saturating_sub(1);
        let is_last = place + 1 >= self.pieces.len();
        let (Some(piece), Some(head)) = (self.pieces.get_mut(place), self.heads.get_mut(place)) else {
            return self.begin(0, newest(hit));
        };
        *head = hit.min(*head);
        if piece.last().is_none_or(|last| *last < hit) {
            match piece.len() {
                ..MOST => piece.push(hit),
                _ if is_last => self.begin(place + 1, newest(hit)),
                _ => self.begin(place + 1, vec![hit]),
            }
            return;
        }
        let at = piece.partition_point(|known| *known < hit);
        piece.insert(at, hit);
        if piece.len() > MOST {
            let later = piece.split_off(MOST / 2);
            self.begin(place + 1, later);
        }
    }

    fn begin(&mut self, place: usize, piece: Vec<K>) {
        self.heads.insert(place, piece[0]);
        self.pieces.insert(place, piece);
    }

    /// Takes one out, where it is here.
    pub(super) fn remove(&mut self, hit: K) {
        let (place, at) = self.find(hit);
        let Some(piece) = self.pieces.get_mut(place).filter(|piece| piece.get(at) == Some(&hit)) else { return };
        self.len -= 1;
        piece.remove(at);
        if piece.is_empty() {
            self.pieces.remove(place);
            self.heads.remove(place);
        }
    }

    /// The last `count` behind so many of the last, latest first.
    pub(super) fn latest(&self, mut skipped: usize, count: usize) -> impl Iterator<Item = K> {
        let whole = self.pieces.iter().rev().take_while(|piece| {
            let all = skipped >= piece.len();
            skipped -= if all { piece.len() } else { 0 };
            all
        });
        let left = self.pieces.len() - whole.count();
        self.pieces.range(..left).rev().flat_map(|piece| piece.iter().rev()).skip(skipped).take(count).copied()
    }

    /// The last that is not behind this place.
    pub(super) fn upto(&self, key: K) -> Option<K> {
        let (piece, at) = self.find(key);
        let here = self.pieces.get(piece).and_then(|piece| piece.get(at)).filter(|hit| **hit == key);
        here.copied().or_else(|| self.before(key).next())
    }

    /// The first of all.
    pub(super) fn first(&self) -> Option<K> {
        self.pieces.front()?.first().copied()
    }

    /// Those from this place on, in order.
    pub(super) fn from(&self, key: K) -> impl Iterator<Item = K> {
        let (piece, at) = self.find(key);
        self.pieces.range(piece..).flatten().skip(at).copied()
    }

    /// Those before this place, latest first.
    pub(super) fn before(&self, key: K) -> impl Iterator<Item = K> {
        let (piece, at) = self.find(key);
        let part = self.pieces.get(piece).map_or(&[][..], |piece| &piece[..at]);
        part.iter().rev().chain(self.pieces.range(..piece).rev().flat_map(|piece| piece.iter().rev())).copied()
    }

    /// How many stand at or behind this place.
    pub(super) fn count_from(&self, key: K) -> usize {
        let (piece, at) = self.find(key);
        self.pieces.range(piece..).map(Vec::len).sum::<usize>() - at
    }

    /// The piece and the place within it of the first that is not before this; behind the last piece where all are.
    fn find(&self, key: K) -> (usize, usize) {
        let place = self.heads.partition_point(|head| *head <= key).saturating_sub(1);
        let Some(piece) = self.pieces.get(place) else { return (place, 0) };
        match piece.partition_point(|hit| *hit < key) {
            at if at == piece.len() => (place + 1, 0),
            at => (place, at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u64) -> (i64, u64) {
        (n as i64 / 3, n)
    }

    #[test]
    fn they_are_in_order_however_they_come() {
        let (mut hits, mut all) = (Places::default(), Vec::new());
        // In blocks from the newest back, then one by one at the end, then in between.
        for from in (0..40u64).rev() {
            let block: Vec<_> = (0..100).map(|n| key(10_000 + (from * 100 + n) * 2)).collect();
            all.extend_from_slice(&block);
            hits.put(block);
        }
        let many: Vec<_> = (0..2_500).map(key).collect();
        all.extend_from_slice(&many);
        hits.put(many);
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
        let sound = |hits: &Places<(i64, u64)>| {
            let (pieces, heads) = (&hits.pieces, &hits.heads);
            let bounds = (0..pieces.len()).all(|n| {
                heads[n] <= pieces[n][0] && (n == 0 || pieces[n - 1].last().is_some_and(|last| *last < heads[n]))
            });
            bounds && heads.len() == pieces.len() && pieces.iter().all(|piece| piece.len() <= MOST)
        };
        assert!(sound(&hits));
        for at in [0, 2_345, 9_999, 10_000, 12_345, 17_999, 18_001, 22_222, 99_999].map(key) {
            let place = all.partition_point(|hit| *hit < at);
            assert!(hits.from(at).eq(all[place..].iter().copied()), "{at:?}");
            assert!(hits.before(at).eq(all[..place].iter().rev().copied()), "{at:?}");
            assert_eq!(hits.count_from(at), all.len() - place);
        }
        for skipped in [0, 1, 1_023, 1_024, 5_000, all.len() - 1, all.len(), all.len() + 9] {
            assert!(hits.latest(skipped, 50).eq(all.iter().rev().skip(skipped).take(50).copied()), "{skipped}");
        }
        for n in 0..9_000 {
            // One in three that is here, and what is not.
            hits.remove(key(10_001 + n * 3));
        }
        all.retain(|hit| hit.1 < 10_001 || (hit.1 - 10_001) % 3 > 0 || hit.1 > 10_001 + 8_999 * 3);
        assert!(hits.from(key(0)).eq(all.iter().copied()) && hits.first() == all.first().copied());
        assert!(sound(&hits));
        for n in 0..9_000 {
            hits.put(vec![key(10_001 + n * 3)]);
            all.push(key(10_001 + n * 3));
        }
        all.sort_unstable();
        all.dedup();
        assert!(sound(&hits));
        hits.drop_before(Some(key(15_000)));
        let place = all.partition_point(|hit| *hit < key(15_000));
        assert!(hits.from(key(0)).eq(all[place..].iter().copied()));
        assert_eq!(hits.len(), all.len() - place);
        hits.drop_before(None);
        assert_eq!((hits.len(), hits.from(key(0)).count()), (0, 0));
    }
}
