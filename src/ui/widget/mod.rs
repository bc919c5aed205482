//! What screens are put together from. Widgets know data and styles, never the Model; text reaches a cell only as
//! [`Shown`](crate::domain::text::Shown) or as a glyph of ours.

pub mod canvas;
pub mod field;
pub mod graph;
pub mod hints;
pub mod marks;
pub mod overlay;
pub mod page;
pub mod phrase;
pub mod rule;
pub mod status;
pub mod table;
pub mod topology;
pub mod waterfall;

pub use canvas::{Align, Canvas};
pub use field::field;
pub use graph::{Lane, bar, bar_with_rest, lane, level, spark};
pub use hints::{Hint, hints};
pub use marks::{mark_at, marks};
pub use overlay::{heading, overlay, place_below, quieten};
pub use page::{Cell, Page, fold};
pub use phrase::Phrase;
pub use rule::{Rule, divider, joint, rule};
pub use status::{Status, status};
pub use table::{Column, Slot, Table, position, scroll};
pub use waterfall::{Stretch, Time, axis, waterfall};
