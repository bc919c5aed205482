//! The names by which something can be asked, for log lines and for traces: one table, from which they are read and
//! offered. What is asked by them is in `ask`.

/// Whom a query is asked of. The grammar is one; names differ, and so does what a name stands for that is not in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// Log lines. `name=value` asks a field or the text; `name:value` the text alone.
    #[default]
    Lines,
    /// Traces, by their spans. `name=value` asks an attribute, `name:value` that or the text. A service, an instance and an
    /// operation are found by a part of their names, and a value that is no pattern is looked for as it stands.
    Traces,
}

/// What a name asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Level,
    Service,
    Operation,
    Instance,
    Status,
    Duration,
    Trace,
    Span,
    Source,
    Format,
}

/// A row: what is asked, its names, how it is offered, and of whom it can be asked.
struct Row {
    field: Field,
    names: &'static [&'static str],
    offered: &'static [&'static str],
    of: &'static [Asked],
}

const LINES: &[Asked] = &[Asked::Lines];
const TRACES: &[Asked] = &[Asked::Traces];
const BOTH: &[Asked] = &[Asked::Lines, Asked::Traces];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    Row { field: Field::Level,     names: &["level"],                   offered: &["level>=", "level:"], of: LINES },
    Row { field: Field::Service,   names: &["service"],                 offered: &["service:"],          of: BOTH },
    Row { field: Field::Operation, names: &["operation", "op", "name"], offered: &["operation:"],        of: TRACES },
    Row { field: Field::Instance,  names: &["instance"],                offered: &["instance:"],         of: BOTH },
    Row { field: Field::Status,    names: &["status"],                  offered: &["status:"],           of: TRACES },
    Row { field: Field::Duration,  names: &["duration", "took"],        offered: &["duration>"],         of: TRACES },
    Row { field: Field::Trace,     names: &["trace", "trace_id"],       offered: &["trace:"],            of: BOTH },
    Row { field: Field::Span,      names: &["span", "span_id"],         offered: &["span:"],             of: BOTH },
    Row { field: Field::Source,    names: &["source"],                  offered: &["source:"],           of: LINES },
    Row { field: Field::Format,    names: &["format"],                  offered: &["format:"],           of: LINES },
];

impl Asked {
    fn rows(self) -> impl Iterator<Item = &'static Row> {
        TABLE.iter().filter(move |row| row.of.contains(&self))
    }

    /// What a name asks for, capitals or not; `None`: it may be a field's or an attribute's.
    pub(super) fn field(self, name: &str) -> Option<Field> {
        self.rows().find(|row| row.names.iter().any(|known| known.eq_ignore_ascii_case(name))).map(|row| row.field)
    }

    /// All names.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        self.rows().flat_map(|row| row.names).copied()
    }

    /// The names as they are offered, with their signs.
    pub(super) fn offered(self) -> impl Iterator<Item = &'static str> {
        self.rows().flat_map(|row| row.offered).copied()
    }
}
