//! The numbers of the keys of attributes, by the list of them that many spans share (domain::keys): the spans of an export have a
//! few such lists, whose keys are looked up once for all of them. Not the table that gives the numbers.

use std::sync::Arc;

use crate::domain::keys::Keys;
use crate::store::pack::Names;

/// Lists that are remembered: more than the spans of one export are likely to have.
const MOST: usize = 8;

/// Lists of late, each with the numbers of its keys; `None` where the table has no room for one.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    known: Vec<(Arc<Keys>, Vec<Option<u32>>)>,
    /// Which of them gives way next.
    next: usize,
}

impl Shapes {
    /// The numbers of these keys, each at its place.
    pub(super) fn numbers(&mut self, keys: &Arc<Keys>, names: &mut Names) -> &[Option<u32>] {
        let place = match self.known.iter().position(|(known, _)| Arc::ptr_eq(known, keys)) {
            Some(place) => place,
            None => self.learn(keys, names),
        };
        self.known.get(place).map_or(&[], |(_, numbers)| numbers)
    }

    fn learn(&mut self, keys: &Arc<Keys>, names: &mut Names) -> usize {
        let place = self.next % MOST;
        self.next = place + 1;
        if self.known.len() <= place {
            self.known.push(Default::default());
        }
        if let Some((known, numbers)) = self.known.get_mut(place) {
            *known = keys.clone();
            numbers.clear();
            numbers.extend(keys.iter().map(|key| names.short(key)));
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_list_are_those_of_its_keys_whatever_else_was_asked_for() {
        let mut names = Names::new(60);
        let lists: Vec<Arc<Keys>> = (0..30_usize)
            .map(|n| Arc::new((0..n % 4).map(|key| Arc::from(format!("k{}", n / 10 * 3 + key))).collect()))
            .chain([Arc::new([Arc::from("x".repeat(999)), Arc::from("k0")].into_iter().collect())])
            .collect();
        let mut shapes = Shapes::default();
        for turn in 0..400_usize {
            let keys = &lists[turn * 7 % lists.len()];
            let wanted: Vec<Option<u32>> = keys.iter().map(|key| names.short(key)).collect();
            assert_eq!(shapes.numbers(keys, &mut names), wanted, "turn {turn}");
        }
        assert!(shapes.known.len() == MOST);
    }
}
