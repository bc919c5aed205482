//! What is kept weighs what the allocator has for it: its own bytes before each block, the blocks' steps, and the room that tables
//! and queues have for more. And growing that leaves little of such room. Not what may be kept: that is each store's.

use std::collections::VecDeque;

/// The smallest step of a buffer, in bytes.
const STEP: usize = 64;
/// Blocks up to this size, in bytes, a thread may have from another one that it freed them for (glibc's tcache).
const SHARED: usize = 1_032;
/// What the allocator has of its own in each block, in bytes.
const OWN: usize = 8;

/// Bytes that a block of this size takes; nothing where there is none.
pub(super) fn block(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { (bytes + OWN).next_multiple_of(16).max(32) }
}

/// Bytes that a hash table takes which has room for so many values of this size: a byte for each beside it, in a power of two
/// of places of which one in eight stays empty.
pub(super) fn table(capacity: usize, each: usize) -> usize {
    match capacity {
        0 => 0,
        1..=3 => block(4 * (each + 1) + 16),
        4..=7 => block(8 * (each + 1) + 16),
        _ => block((capacity / 7 * 8).next_power_of_two() * (each + 1) + 16),
    }
}

/// Bytes that a queue takes.
pub(super) fn queue<T>(queue: &VecDeque<T>) -> usize {
    block(queue.capacity() * size_of::<T>())
}

/// Puts bytes at the end of a buffer that is one of many: its room grows in steps of an eighth, so that few bytes are kept for
/// what never comes, and blocks that are given back fit others. A small one moves each time: growing where it is, it may stand for
/// ever among what the intake's threads have, whose memory then never becomes free in whole pages.
pub(super) fn extend(buffer: &mut Vec<u8>, bytes: &[u8]) {
    let length = buffer.len() + bytes.len();
    if length > buffer.capacity() {
        let step = ((length + OWN).next_power_of_two() / 16).max(STEP);
        let room = (length + OWN).next_multiple_of(step) - OWN;
        if buffer.capacity() > SHARED {
            buffer.reserve_exact(room - buffer.len());
        } else {
            let mut larger = Vec::with_capacity(room);
            larger.extend_from_slice(buffer);
            *buffer = larger;
        }
    }
    buffer.extend_from_slice(bytes);
}

/// Puts a value at the end of a long queue, with an eighth more room where there is none.
pub(super) fn push_back<T>(queue: &mut VecDeque<T>, value: T) {
    if queue.len() == queue.capacity() {
        queue.reserve_exact(queue.len() / 8 + 16);
    }
    queue.push_back(value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_buffer_of_many_has_little_room_to_spare() {
        let (mut buffer, mut blocks) = (Vec::new(), std::collections::BTreeSet::new());
        for n in 0..2_000_usize {
            extend(&mut buffer, &[7; 193][..100 + n % 93]);
            let most = buffer.len() + buffer.len() / 8 + STEP + 16;
            assert!(block(buffer.capacity()) <= most, "{} for {}", buffer.capacity(), buffer.len());
            blocks.insert(buffer.capacity());
        }
        assert!(blocks.len() < 120, "few sizes: {}", blocks.len());
    }

    #[test]
    fn a_table_is_as_large_as_its_room() {
        let mut all: HashMap<u64, u64> = HashMap::new();
        assert_eq!(table(all.capacity(), 16), 0);
        for n in 0..100_000 {
            all.insert(n, n);
            let places = table(all.capacity(), 16) / 17;
            assert!(places >= all.capacity() && places <= all.capacity() * 8 / 7 + 8, "{places} {}", all.capacity());
        }
    }
}
