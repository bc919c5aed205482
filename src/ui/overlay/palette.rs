//! The command palette: what is typed, the commands that match with their keys, and what the chosen one does.

use ratatui::layout::Rect;
use tui_input::Input;

use super::{Drawn, Sheet, inner_width, keys, sheet};
use crate::{
    app::{
        Model, action,
        overlay::palette::{Offer, offers},
    },
    command::{Danger, TABLE},
    domain::text::Shown,
    theme::{Mark, Role},
    ui::widget::{
        canvas::{Align, Canvas},
        page::{Cell, Page},
        phrase::Phrase,
        table::scroll,
    },
};

/// Draws it; where the cursor is.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, body: Rect, input: &Input, at: usize) -> Drawn {
    let (strong, text, muted) = (canvas.style(Role::Strong), canvas.style(Role::Text), canvas.style(Role::Muted));
    let width = inner_width(body, 96);
    let found = offers(model, input.value());
    let at = at.min(found.len().saturating_sub(1));
    let all = TABLE.len() + model.setup.extras.len();
    let mut page = Page::new(width);
    let count = Phrase::of(format!("{} of {all}", found.len()), muted);
    let aside = count.cells() as u16 + 1;
    page.cells(vec![
        (0, 1, Cell::Text(Phrase::of(":", canvas.style(Role::Key)), Align::Left)),
        (2, width.saturating_sub(aside + 3), Cell::Field(input.value().to_owned(), input.cursor(), true)),
        (width.saturating_sub(aside), aside, Cell::Text(count, Align::Right)),
    ]);
    let roomy = body.height >= 16;
    if roomy {
        page.rule();
    }
    let rows = usize::from(body.height.saturating_sub(if roomy { 13 } else { 5 })).clamp(1, 12);
    let top = scroll(0, at, found.len(), rows);
    for (n, offer) in found.iter().enumerate().skip(top).take(rows) {
        page.cells(row(canvas, model, offer, n == at, width));
    }
    if found.is_empty() {
        page.say(2, 2, &Phrase::of("No command is called so. Esc, then ? shows all.", canvas.style(Role::Warn)));
    }
    let mut foot = Page::new(width);
    if let (Some(offer), true) = (found.get(at), roomy) {
        foot.rule();
        let doc = Phrase::of(offer.name().to_owned(), strong)
            .with(format!(" {}", offer.argument()), text)
            .with(format!("   {}.", offer.doc()), muted);
        foot.say(0, 2, &doc);
        if matches!(offer, Offer::Row(row) if row.argument.words().contains("TARGET")) {
            let hint = "TARGET is SERVICE/HOST:PORT; without it, what is under the cursor";
            foot.say(2, 2, &Phrase::of(hint, muted));
        }
    }
    foot.rule();
    let hints = keys(canvas, &[("Enter", "do it"), ("Tab", "complete"), ("Up Down", "choose"), ("Esc", "close")]);
    foot.cells(vec![(0, width, Cell::Text(hints, Align::Left))]);
    let title = Phrase::of("Command", strong);
    let standing = Phrase::of("from the same table as keys and subcommands", muted);
    sheet(
        canvas,
        model,
        body,
        &Sheet { title, standing, bad: false, head: Page::new(0), page, foot, top: 0, about_row: false },
    )
}

fn row(canvas: &Canvas<'_>, model: &Model, offer: &Offer, chosen: bool, width: u16) -> Vec<(u16, u16, Cell)> {
    let (strong, text, muted) = (canvas.style(Role::Strong), canvas.style(Role::Text), canvas.style(Role::Muted));
    let key = match offer {
        Offer::Row(row) => model.setup.keys.keys(row.command).first().map(ToString::to_string).unwrap_or_default(),
        Offer::Extra(..) => String::new(),
    };
    // What is refused now is still there, muted, with the reason.
    let why = match offer {
        Offer::Row(row) if row.danger != Danger::Safe => action::blocked(model),
        _ => None,
    };
    let refused = why.is_some();
    let text = if refused { muted } else { text };
    let doc = why.unwrap_or_else(|| offer.doc().to_owned());
    let lead = if chosen { Mark::To.symbol() } else { " " };
    let name = Phrase::of(lead, canvas.style(Role::Focus))
        .with(" ", muted)
        .with(Shown::new(offer.name()).into_owned(), if chosen && !refused { strong } else { text })
        .with(format!(" {}", offer.argument()), muted);
    let doc = Phrase::of(Shown::new(&doc).into_owned(), muted);
    let left = 30.min(width);
    vec![
        (0, left, Cell::Text(name, Align::Left)),
        (left + 1, width.saturating_sub(left + 10), Cell::Text(doc, Align::Left)),
        (
            width.saturating_sub(9),
            9,
            Cell::Text(Phrase::of(key, if refused { muted } else { canvas.style(Role::Key) }), Align::Right),
        ),
    ]
}
