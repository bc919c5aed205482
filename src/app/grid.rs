//! Where the parts of a screen stand, by the terminal's size alone: the same for the view that draws them and for the
//! mouse that clicks on them. What is drawn there is the view's.

use super::screen::Screen;

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// From its corner and size.
    pub fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Area { x, y, width, height }
    }

    /// Whether a cell lies in it.
    pub fn holds(&self, x: u16, y: u16) -> bool {
        x >= self.x && x < self.x + self.width && y >= self.y && y < self.y + self.height
    }
}

/// How much room there is, after the guide's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// Under 40x10: the verdict's sentence, wrapped.
    Sentence,
    /// From 40x10: verdict, problems, services as marks.
    Marks,
    /// From 76x20: one column; the other panes are tabs.
    Column,
    /// From 96x28: topology beside circuits, instances, logs.
    Small,
    /// From 110x34: traces too.
    Medium,
    /// From 150x40: everything, with the pulse and cards.
    Full,
}

impl Room {
    /// Of a terminal's size.
    pub fn of((width, height): (u16, u16)) -> Room {
        match (width, height) {
            (w, h) if w >= 150 && h >= 40 => Room::Full,
            (w, h) if w >= 110 && h >= 34 => Room::Medium,
            (w, h) if w >= 96 && h >= 28 => Room::Small,
            (w, h) if w >= 76 && h >= 20 => Room::Column,
            (w, h) if w >= 40 && h >= 10 => Room::Marks,
            _ => Room::Sentence,
        }
    }
}

/// The fixed parts of every screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Row 0.
    pub header: Area,
    /// The first verdict: one row, two under 120 columns: one holds no cause and since when.
    pub verdict: Area,
    /// What is between: panes or a full screen.
    pub body: Area,
    /// The last row.
    pub footer: Area,
}

/// The fixed parts for a size.
pub fn frame((width, height): (u16, u16)) -> Frame {
    let verdict = if width < 120 && height >= 10 { 2 } else { 1 };
    let body = 1 + verdict;
    Frame {
        header: Area::new(0, 0, width, height.min(1)),
        verdict: Area::new(0, 1, width, verdict.min(height.saturating_sub(1))),
        body: Area::new(0, body.min(height), width, height.saturating_sub(body + 1)),
        footer: Area::new(0, height.saturating_sub(1), width, 1),
    }
}

/// The overview's parts: further verdicts with the pulse beside them, and the panes that there is room for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Rows for verdicts two to four, beside the pulse where there is one.
    pub further: Area,
    /// Where the pulse (traffic, errors, slowest) stands; no width where there is no room.
    pub pulse: Area,
    /// Panes, each with its rule as first row.
    pub panes: Vec<(Screen, Area)>,
    /// Panes that are tabs in the rule of the first.
    pub tabs: Vec<Screen>,
}

/// The overview for a size. `pane` has the focus: in one column it is the one that is shown. `further`: how many lines
/// there are to say beside row 1; on small terminals no row is kept for more.
pub fn overview(size: (u16, u16), pane: Screen, further: u16) -> Overview {
    let room = Room::of(size);
    let Frame { body, .. } = frame(size);
    let rows = match room {
        Room::Full | Room::Medium => 3,
        Room::Marks => further.min(if size.1 < 13 { 2 } else { 3 }),
        Room::Small | Room::Column => 2,
        Room::Sentence => 0,
    };
    let rows = rows.min(body.height);
    let pulse = if room == Room::Full { 60 } else { 0 };
    let further = Area::new(body.x, body.y, body.width - pulse.min(body.width), rows);
    let pulse = Area::new(body.x + further.width, body.y, body.width - further.width, rows);
    let rest = Area::new(body.x, body.y + rows, body.width, body.height - rows);
    let mut tabs = Vec::new();
    // In the order of `Screen::PANES`; what there is no room for is left out.
    let areas: [Option<Area>; 5] = match room {
        Room::Sentence => [None; 5],
        Room::Marks => [None, Some(rest), None, None, None],
        Room::Column => {
            let first = if pane == Screen::Logs { Screen::Balancer } else { pane };
            tabs = Screen::PANES.into_iter().filter(|s| *s != first).collect();
            let logs = (rest.height / 3).clamp(4, 7);
            let (above, below) = split_rows(rest, rest.height - logs);
            let mut areas = Screen::PANES.map(|screen| (screen == first).then_some(above));
            areas[4] = Some(below);
            areas
        }
        Room::Small => {
            let (top, rest) = split_rows(rest, 7.min(rest.height / 3));
            let (topology, circuits) = split_columns(top, 62);
            let (instances, logs) = split_rows(rest, rest.height * 2 / 3);
            [Some(topology), Some(instances), Some(circuits), None, Some(logs)]
        }
        Room::Medium => {
            let (top, rest) = split_rows(rest, 9);
            let (topology, circuits) = split_columns(top, 54);
            let (instances, rest) = split_rows(rest, rest.height * 45 / 100);
            let (traces, logs) = split_rows(rest, rest.height * 45 / 100);
            [topology, instances, circuits, traces, logs].map(Some)
        }
        Room::Full => {
            let top = (rest.height * 55 / 100).clamp(16, 34);
            let (top, rest) = split_rows(rest, top);
            let (topology, instances) = split_columns(top, 54);
            let (middle, logs) = split_rows(rest, (rest.height * 48 / 100).clamp(6, 14));
            let (circuits, traces) = split_columns(middle, 42);
            [topology, instances, circuits, traces, logs].map(Some)
        }
    };
    let panes = Screen::PANES.into_iter().zip(areas).filter_map(|(screen, area)| Some((screen, area?))).collect();
    Overview { further, pulse, panes, tabs }
}

/// A full screen's list and the detail at its right (from 130 columns) or below (from 34 rows).
pub fn with_detail(body: Area, size: (u16, u16)) -> (Area, Option<Area>) {
    if size.0 >= 130 {
        let (list, detail) = split_columns(body, 68);
        (list, Some(detail))
    } else if size.1 >= 34 {
        let (list, detail) = split_rows(body, body.height * 55 / 100);
        (list, Some(detail))
    } else {
        (body, None)
    }
}

/// How the balancer's body is shared between list, what belongs to it, and detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balancer {
    /// The list, its rule first.
    pub list: Area,
    /// Below the list, where there is room.
    pub below: Option<Area>,
    /// What is told of the row under the cursor.
    pub detail: Option<Area>,
}

/// The balancer's parts, of a list of `rows`; `instance`: one is selected.
pub fn balancer(body: Area, rows: usize, instance: bool) -> Balancer {
    let (left, mut detail) = with_detail(body, (body.width, body.height + 3));
    let wanted = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(3);
    if body.width >= 130 {
        let (list, below) = split_rows(left, wanted.min((left.height * 2 / 3).max(8)));
        // A few lines are not worth a rule: then the list has them.
        return if below.height >= 6 {
            Balancer { list, below: Some(below), detail }
        } else {
            Balancer { list: left, below: None, detail }
        };
    }
    let mut list = left;
    if detail.is_none() && instance && body.height >= 8 {
        let (above, below) = split_rows(body, wanted.min(body.height / 3).max(4));
        (list, detail) = (above, Some(below));
    } else if detail.is_some() {
        // The list gives what it does not need.
        let (above, below) = split_rows(body, wanted.min(list.height));
        (list, detail) = (above, Some(below));
    }
    Balancer { list, below: None, detail }
}

/// The first `rows` rows, and the rest.
pub fn split_rows(area: Area, rows: u16) -> (Area, Area) {
    let rows = rows.min(area.height);
    (Area { height: rows, ..area }, Area { y: area.y + rows, height: area.height - rows, ..area })
}

/// The first `percent` of the columns, and the rest; one column between them is the first of the rest.
pub fn split_columns(area: Area, percent: u16) -> (Area, Area) {
    let width = (u32::from(area.width) * u32::from(percent) / 100) as u16;
    (Area { width, ..area }, Area { x: area.x + width, width: area.width - width, ..area })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_filled_without_overlap_and_nothing_lies_outside() {
        for (width, height) in
            [(1, 1), (20, 5), (40, 10), (60, 15), (80, 24), (100, 30), (120, 40), (160, 48), (400, 100)]
        {
            let Overview { panes, further, pulse, .. } = overview((width, height), Screen::Topology, 3);
            let mut areas: Vec<Area> = panes.into_iter().map(|(_, a)| a).collect();
            areas.extend([further, pulse]);
            for a in &areas {
                assert!(a.x + a.width <= width && a.y + a.height <= height, "{a:?} in {width}x{height}");
            }
            for (n, a) in areas.iter().enumerate() {
                for b in &areas[n + 1..] {
                    let apart =
                        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
                    assert!(apart || a.width == 0 || b.width == 0 || a.height == 0 || b.height == 0, "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn the_full_overview_has_all_five_panes() {
        assert_eq!(overview((160, 48), Screen::Topology, 3).panes.len(), 5);
        assert_eq!(Room::of((150, 40)), Room::Full);
        assert_eq!(Room::of((149, 40)), Room::Medium);
    }
}
