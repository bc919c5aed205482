//! The pure view: Model and theme to cells. Mirrors `app` file for file; `widget` knows data and style, never the Model.

pub mod frame;
pub mod overlay;
pub mod say;
pub mod screen;
pub mod widget;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use self::widget::canvas::Canvas;
use crate::{
    app::{
        Model,
        grid::{self, Area, Room},
        msg::{Hit, Input, MouseAct},
        navigate,
        screen::Screen,
    },
    theme::{Role, Theme},
};

/// Draws the Model; where the cursor is to be shown, if anywhere.
pub fn view(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    paint(&mut Canvas::new(theme, buffer), model, area)
}

/// What stands at a cell of the picture that [`view`] draws of this Model: what a click there is about.
pub fn hit(model: &Model, (x, y): (u16, u16)) -> Option<Hit> {
    let theme = Theme::default();
    let area = Rect::new(0, 0, model.size.0, model.size.1);
    let mut buffer = Buffer::empty(area);
    let mut canvas = Canvas::new(&theme, &mut buffer).probing(Position { x, y });
    paint(&mut canvas, model, area);
    canvas.hit()
}

/// The input as `update` wants it: a click comes with what it is on.
pub fn located(model: &Model, input: Input) -> Input {
    match input {
        Input::Mouse(act @ (MouseAct::Click | MouseAct::Double), x, y) => match hit(model, (x, y)) {
            Some(hit) => Input::Point(act, hit, (x, y)),
            None => Input::Mouse(act, x, y),
        },
        other => other,
    }
}

fn paint(canvas: &mut Canvas<'_>, model: &Model, area: Rect) -> Option<Position> {
    canvas.clear(area, Role::Bg);
    let size = (area.width, area.height);
    if Room::of(size) == Room::Sentence {
        frame::sentence(canvas, model, area);
        return None;
    }
    let parts = grid::frame(size);
    frame::header(canvas, model, rect(parts.header));
    let mut verdict = rect(parts.verdict);
    if overlay::tight(model, size) {
        // What lies on top needs the row more.
        verdict.height = 1;
    }
    frame::verdict(canvas, model, verdict);
    frame::footer(canvas, model, rect(parts.footer));
    let body = rect(parts.body);
    if navigate::first_run(model) {
        screen::first_run::draw(canvas, model, body);
    } else {
        match model.screen {
            Screen::Overview => screen::overview::draw(canvas, model, size),
            Screen::Topology => screen::topology::draw(canvas, model, body, false),
            Screen::Balancer => screen::balancer::draw(canvas, model, body, size),
            Screen::Circuits => screen::circuits::draw(canvas, model, body, false),
            Screen::Traces => screen::traces::draw(canvas, model, body, false),
            Screen::Logs => screen::logs::draw(canvas, model, body, false),
            Screen::Story => screen::story::draw(canvas, model, body),
            Screen::Verdicts => screen::verdicts::draw(canvas, model, body),
            Screen::Diagnostics => screen::diagnostics::draw(canvas, model, body),
        }
    }
    overlay::draw(canvas, model, area).cursor
}

/// How far what lies on top can be scrolled at this size; `None` where nothing does. Draws it anew to find out, so it is asked
/// for only where something is scrolled.
pub fn scroll_end(model: &Model, theme: &Theme, area: Rect) -> Option<usize> {
    let mut buffer = Buffer::empty(area);
    overlay::draw(&mut Canvas::new(theme, &mut buffer), model, area).end
}

/// The area of the grid as ratatui has it.
pub fn rect(area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height)
}

#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
#[path = "scene_tests.rs"]
pub(crate) mod scene;
#[cfg(test)]
mod truth_tests;
#[cfg(test)]
mod view_tests;
