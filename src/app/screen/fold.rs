//! Repeats of log lines folded into one: the same service, level and message but for its numbers. Only what is close
//! together; events and gaps stay as they are.

use std::{collections::HashMap, sync::Arc};

use crate::{
    domain::{log::LogLine, time::Moment},
    store::logs::{LogRow, RowKey},
};

/// A repeat after a longer silence begins anew, in ms.
const SILENCE_MS: i64 = 60_000;

/// One row of a folded list.
#[derive(Clone, Debug)]
pub struct Group {
    /// The place of its first row.
    pub key: RowKey,
    /// What it is.
    pub what: What,
}

/// What a row of a folded list is.
#[derive(Clone, Debug)]
pub enum What {
    /// A line, and how often it came.
    Line {
        /// The first.
        line: Box<LogLine>,
        /// How many.
        count: usize,
        /// When the last came.
        until: Moment,
        /// They came from several instances: how many.
        instances: usize,
    },
    /// An event of the story, by its number.
    Event(u64),
    /// Lines are missing: how many, of whom.
    Lost(u64, Arc<str>),
}

/// What makes two lines alike: service, level, and the message without what differs in each.
type Alike = (Option<Arc<str>>, u8, String);

/// Folds rows, oldest first.
pub(super) fn groups(rows: Vec<LogRow<'_>>) -> Vec<Group> {
    let mut all: Vec<Group> = Vec::new();
    let mut known: HashMap<Alike, (usize, Vec<String>)> = HashMap::new();
    for row in rows {
        let key = row.key();
        match row {
            LogRow::Event(number, _) => all.push(Group { key, what: What::Event(number) }),
            LogRow::Lost(gap) => all.push(Group { key, what: What::Lost(gap.lines, gap.source.clone()) }),
            LogRow::Line(_, line) => {
                let alike = (line.service.clone(), line.level as u8, shape(&line.message));
                let from = line.instance.as_ref().map(|a| a.text().to_owned()).unwrap_or_default();
                if let Some((at, seen)) = known.get_mut(&alike)
                    && let Some(Group { what: What::Line { count, until, instances, .. }, .. }) = all.get_mut(*at)
                    && line.at.since(*until) < SILENCE_MS
                {
                    (*count, *until) = (*count + 1, line.at.max(*until));
                    if !seen.contains(&from) {
                        seen.push(from);
                        *instances += 1;
                    }
                    continue;
                }
                known.insert(alike, (all.len(), vec![from]));
                let until = line.at;
                all.push(Group { key, what: What::Line { line, count: 1, until, instances: 1 } });
            }
        }
    }
    all
}

/// A message without what differs from time to time: numbers and ids.
fn shape(message: &str) -> String {
    let mut shape = String::with_capacity(message.len().min(200));
    for word in message.split_inclusive(' ').take(40) {
        if word.bytes().any(|b| b.is_ascii_digit()) {
            shape.push('*');
        } else {
            shape.push_str(word);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_differ_in_their_numbers_are_alike() {
        assert_eq!(shape("order 9871 timed out after 800ms"), shape("order 9872 timed out after 812ms"));
        assert_ne!(shape("order 9871 timed out"), shape("order 9871 accepted"));
    }
}
