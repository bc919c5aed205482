//! Bytes of a log as a fuzzer hands them in: the reader of a file without the file.

use std::sync::Arc;

use super::lines::{LONGEST, Lines};
use super::reader::Reader;
use super::rules::Rules;
use crate::domain::log::{LogLine, LogSource};
use crate::domain::time::Moment;

/// The records of these bytes, however they are cut into reads: the first byte says how long each read is. Panics where one
/// is beyond the bounds that the store counts on.
pub fn read(bytes: &[u8]) -> Vec<LogLine> {
    let Some((step, bytes)) = bytes.split_first() else { return Vec::new() };
    let step = usize::from(*step).max(1);
    let mut reader = Reader::new(LogSource::Stdin, Arc::new(Rules::new(&[])));
    let (mut lines, mut records) = (Lines::default(), Vec::new());
    for part in bytes.chunks(step) {
        lines.push(part, |line, whole| reader.read(line, whole, Moment(0), |record| records.push(record)));
    }
    lines.end(|line, whole| reader.read(line, whole, Moment(0), |record| records.push(record)));
    reader.end(Moment(0), |record| records.push(record));
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
    assert!(records.len() <= ends + 3, "{} records of {ends} lines", records.len());
    for record in &records {
        let fields: usize = record.fields.iter().map(|(key, value)| key.len() + value.len()).sum();
        // A byte that is no text is written as three.
        assert!(
            record.message.len() <= 3 * LONGEST + 64 && fields <= 16 * LONGEST,
            "{} {fields}",
            record.message.len()
        );
    }
    records
}
