//! Where the parts of a row stand: by the room there is, or as a person chose the columns.

use ratatui::{layout::Rect, style::Style};

use super::row::level;
use crate::{
    app::{
        Model,
        screen::logs::columns::{Column, Part},
    },
    domain::{log::LogLine, query::is_field, text::Shown, time::Moment},
    theme::Role,
    ui::{
        say,
        widget::{Canvas, Phrase},
    },
};

/// What a message has at the least, in cells, before chosen columns make room for it.
const MESSAGE: u16 = 20;
/// No column.
const NONE: u16 = u16::MAX;

/// Where the parts of a row stand.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) time: u16,
    /// The cells before the time of day, where a day is told.
    days: u16,
    pub(super) level: u16,
    pub(super) source: (u16, u16),
    pub(super) message: u16,
    pub(super) right: u16,
    pub(super) trace: bool,
    pub(super) fine: bool,
    /// Where each of the chosen ones stands; none: those that everybody has.
    pub(super) chosen: Vec<(u16, u16, Column)>,
}

impl Columns {
    /// First the trace goes, then the fraction of the second, then the source, then the time.
    /// `days`: cells that a day takes where one of the rows is not of today ([`say::days`]).
    pub(super) fn of(area: Rect, days: u16) -> Self {
        let (x, width) = (area.x + 1, area.width);
        let fine = width >= 110;
        let level = x + match width {
            0..50 => 0,
            50..110 => 10 + days,
            _ => 14 + days,
        };
        let source = match width {
            0..70 => 0,
            70..110 => 14,
            110..140 => 20,
            _ => 24,
        };
        let after = level + 7;
        Columns {
            time: if width >= 50 { x } else { NONE },
            days,
            level,
            source: (after, source),
            message: after + source + u16::from(source > 0),
            right: area.right().saturating_sub(1),
            trace: width >= 120,
            fine,
            chosen: Vec::new(),
        }
    }

    /// As they were chosen. What there is no room for goes from the end, the message never; it has all the room that is left.
    pub(super) fn chosen(area: Rect, chosen: &[Column], days: u16) -> Self {
        if chosen.is_empty() {
            return Columns::of(area, days);
        }
        let fine = area.width >= 110;
        let mut kept: Vec<Column> = chosen.to_vec();
        let is_message = |column: &Column| column.part == Part::Message;
        let rest = |kept: &[Column]| kept.iter().position(is_message).unwrap_or(kept.len().saturating_sub(1));
        let needed = |kept: &[Column]| -> u16 {
            let widths = kept.iter().enumerate().filter(|(place, _)| *place != rest(kept));
            widths.map(|(_, column)| width(column, fine, days).saturating_add(2)).fold(0, u16::saturating_add)
        };
        while kept.len() > 1 && needed(&kept).saturating_add(MESSAGE + 2) > area.width {
            let Some(last) = kept.iter().rposition(|column| !is_message(column)) else { break };
            kept.remove(last);
        }
        let (rest, left) = (rest(&kept), area.width.saturating_sub(needed(&kept) + 2));
        let mut columns =
            Columns { time: NONE, level: NONE, source: (0, 0), trace: false, fine, ..Columns::of(area, days) };
        let mut x = area.x + 1;
        for (place, column) in kept.into_iter().enumerate() {
            let width = if place == rest { left } else { width(&column, fine, days) };
            match column.part {
                Part::Time => columns.time = x,
                Part::Level => columns.level = x,
                _ => {}
            }
            if place == rest {
                (columns.message, columns.right) = (x, x + width);
            }
            columns.chosen.push((x, width, column));
            x += width + 2;
        }
        columns
    }

    pub(super) fn time(&self, canvas: &mut Canvas<'_>, model: &Model, y: u16, at: Moment, style: Style) {
        if self.time != NONE {
            canvas.put(self.time, y, 13 + self.days, say::time(model, at, self.days, self.fine), style);
        }
    }

    pub(super) fn level(&self, canvas: &mut Canvas<'_>, y: u16, word: &Phrase<'_>) {
        if self.level != NONE {
            canvas.phrase(self.level, y, 6, word);
        }
    }

    pub(super) fn room(&self) -> u16 {
        self.right.saturating_sub(self.message)
    }

    /// The names of chosen columns.
    pub(super) fn names(&self, canvas: &mut Canvas<'_>, y: u16) {
        let muted = canvas.style(Role::Muted);
        for (x, width, column) in &self.chosen {
            canvas.put(*x, y, *width, column.name(), muted);
        }
    }

    /// What a line has in its chosen columns, the message left out.
    pub(super) fn cells(&self, canvas: &mut Canvas<'_>, model: &Model, y: u16, line: &LogLine) {
        let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
        for (x, width, column) in &self.chosen {
            let (x, width) = (*x, *width);
            let said = match &column.part {
                Part::Message => continue,
                Part::Time => {
                    self.time(canvas, model, y, line.at, muted);
                    continue;
                }
                Part::Level => {
                    canvas.phrase(x, y, width, &level(canvas, line.level));
                    continue;
                }
                Part::Service => {
                    super::row::service(model, line.service.as_deref(), line.instance.as_ref()).map(str::to_owned)
                }
                Part::Instance => line.instance.as_ref().map(|address| address.text().to_owned()),
                Part::Source => Some(super::source(model, line.service.as_deref(), line.instance.as_ref())),
                Part::Trace => line.trace.map(|id| id.to_string()),
                Part::Span => line.span.map(|id| id.to_string()),
                Part::Field(name) => field(line, name).map(str::to_owned),
            };
            let Some(said) = said else {
                canvas.put(x, y, width, crate::domain::show::ABSENT, muted);
                continue;
            };
            let ink = if matches!(column.part, Part::Field(_)) { text } else { muted };
            match column.part {
                // The beginning of an id is what it is asked for by; the end of an address is what tells.
                Part::Trace | Part::Span => canvas.put(x, y, width, &said[..usize::from(width).min(said.len())], ink),
                Part::Instance | Part::Source => {
                    let whole = crate::domain::fit::elide_start(Shown::new(&said), usize::from(width));
                    canvas.put(x, y, width, &whole, ink)
                }
                _ => canvas.put(x, y, width, &*said, ink),
            };
        }
    }
}

/// A line's field: by its whole name, else by the last part of it.
fn field<'a>(line: &'a LogLine, name: &str) -> Option<&'a str> {
    let whole = line.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    let field = whole.or_else(|| line.fields.iter().find(|(key, _)| is_field(name, key)))?;
    Some(&field.1)
}

fn width(column: &Column, fine: bool, days: u16) -> u16 {
    column.width.unwrap_or(match &column.part {
        Part::Time if fine => 12 + days,
        Part::Time => 8 + days,
        Part::Level => 5,
        Part::Source => 24,
        Part::Service => 12,
        Part::Instance => 15,
        Part::Trace => 8,
        Part::Span => 8,
        Part::Message => MESSAGE,
        Part::Field(name) => (Shown::new(name).cells() as u16).clamp(10, 24),
    })
}
