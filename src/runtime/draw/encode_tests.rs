//! The terminal shows what the buffer holds, and pays for little: against a parser of terminal bytes, for any frames.

use proptest::prelude::*;
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Color, Modifier, Style},
};

use super::encode::Screen;

const WIDTH: u16 = 12;
const HEIGHT: u16 = 4;

/// What is put on a buffer: where, what, how.
type Put = (u16, u16, String, Style);

fn style() -> impl Strategy<Value = Style> {
    let color = prop_oneof![
        Just(Color::Reset),
        Just(Color::LightRed),
        Just(Color::Blue),
        any::<u8>().prop_map(Color::Indexed),
        any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Rgb(r, g, b)),
    ];
    // The weights that the parser of the test tells apart; bold and dim are one to it.
    let weights = (
        prop::sample::select(vec![Modifier::empty(), Modifier::BOLD, Modifier::DIM]),
        prop::sample::subsequence(vec![Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED], 0..=2),
    )
        .prop_map(|(weight, more)| more.into_iter().fold(weight, Modifier::union));
    (color.clone(), color, weights).prop_map(|(fg, bg, weights)| Style::new().fg(fg).bg(bg).add_modifier(weights))
}

fn puts() -> impl Strategy<Value = Vec<Put>> {
    let text = prop_oneof!["[ -~]{1,6}", "[あ語漢]{1,3}", "[aあ é─]{1,6}"];
    prop::collection::vec((0..WIDTH, 0..HEIGHT, text, style()), 0..12)
}

fn buffer(puts: &[Put]) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
    for (x, y, text, style) in puts {
        buffer.set_string(*x, *y, text, *style);
    }
    for cell in buffer.content.iter_mut().filter(|cell| cell.modifier.contains(Modifier::BOLD)) {
        cell.modifier.remove(Modifier::DIM);
    }
    buffer
}

fn terminal() -> vt100::Parser {
    vt100::Parser::new(HEIGHT.try_into().unwrap(), WIDTH.try_into().unwrap(), 0)
}

fn color(color: Color) -> vt100::Color {
    match color {
        Color::Reset => vt100::Color::Default,
        Color::Indexed(n) => vt100::Color::Idx(n),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        Color::LightRed => vt100::Color::Idx(9),
        Color::Blue => vt100::Color::Idx(4),
        other => panic!("not made here: {other}"),
    }
}

/// Whether the terminal shows what is in the buffer: text, ground, and the ink of what can be seen.
fn same(terminal: &vt100::Parser, buffer: &Buffer) {
    for y in 0..HEIGHT {
        let mut covered = false;
        for x in 0..WIDTH {
            let shown = terminal.screen().cell(y, x).unwrap();
            if std::mem::take(&mut covered) {
                assert!(shown.is_wide_continuation(), "{x},{y}");
                continue;
            }
            let cell = &buffer[(x, y)];
            let text = if shown.has_contents() { shown.contents() } else { " " };
            // A wide character of which only the first half is left is shown as a blank.
            let half = !text.is_ascii() && !shown.is_wide() && ratatui::buffer::CellWidth::cell_width(cell) > 1;
            assert!(!half, "{x},{y}");
            let no_room = x + 1 == WIDTH && ratatui::buffer::CellWidth::cell_width(cell) > 1;
            assert_eq!(text, if no_room { " " } else { cell.symbol() }, "{x},{y}");
            assert_eq!(shown.bgcolor(), color(cell.bg), "{x},{y}");
            assert_eq!(shown.inverse(), cell.modifier.contains(Modifier::REVERSED), "{x},{y}");
            assert_eq!(shown.underline(), cell.modifier.contains(Modifier::UNDERLINED), "{x},{y}");
            if text != " " || shown.inverse() {
                assert_eq!(shown.fgcolor(), color(cell.fg), "{x},{y}");
                assert_eq!(shown.bold(), cell.modifier.contains(Modifier::BOLD), "{x},{y}");
                assert_eq!(shown.dim(), cell.modifier.contains(Modifier::DIM), "{x},{y}");
                assert_eq!(shown.italic(), cell.modifier.contains(Modifier::ITALIC), "{x},{y}");
            }
            covered = shown.is_wide();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn the_terminal_shows_exactly_the_buffer(frames in prop::collection::vec((puts(), any::<bool>()), 1..6)) {
        let mut terminal = terminal();
        let mut screen = Screen::default();
        let mut before = buffer(&[]);
        for (number, (puts, cursor)) in frames.iter().enumerate() {
            let after = buffer(puts);
            let mut out = Vec::new();
            let cursor = cursor.then_some(Position::new(3, 2));
            screen.frame(&before, &after, cursor, number == 0, &mut out);
            terminal.process(&out);
            same(&terminal, &after);
            prop_assert_eq!(terminal.screen().hide_cursor(), cursor.is_none());
            if cursor.is_some() {
                prop_assert_eq!(terminal.screen().cursor_position(), (2, 3));
            }
            let mut again = Vec::new();
            screen.frame(&after, &after, cursor, false, &mut again);
            prop_assert!(again.is_empty(), "what is there already costs nothing");
            before = after;
        }
    }
}

fn written(before: &[Put], after: &[Put]) -> String {
    let mut screen = Screen::default();
    let mut out = Vec::new();
    screen.frame(&buffer(&[]), &buffer(before), None, true, &mut out);
    out.clear();
    screen.frame(&buffer(before), &buffer(after), None, false, &mut out);
    String::from_utf8(out).unwrap()
}

fn put(x: u16, y: u16, text: &str, style: Style) -> Put {
    (x, y, text.into(), style)
}

#[test]
fn a_changed_number_costs_its_place_and_its_digits() {
    let red = Style::new().fg(Color::Indexed(9));
    let before = [put(2, 1, "12 ms", red), put(0, 3, "end", red)];
    let after = [put(2, 1, "13 ms", red), put(0, 3, "end", red)];
    assert_eq!(written(&before, &after), "\u{1b}[2;4H3");
}

#[test]
fn a_gap_shorter_than_a_jump_is_written_again() {
    let style = Style::new();
    let (before, after) = ([put(0, 0, "14:03:59", style)], [put(0, 0, "15:04:59", style)]);
    assert_eq!(written(&before, &after), "\u{1b}[1;2H5:04");
    let after = [put(0, 0, "24:03:58", style)];
    assert_eq!(written(&before, &after), "\u{1b}[H2\u{1b}[6C8");
}

#[test]
fn a_blank_needs_no_ink() {
    let before = [put(0, 0, "ab", Style::new())];
    let after = [put(0, 0, "  ", Style::new().fg(Color::Blue).bold())];
    assert_eq!(written(&before, &after), "\u{1b}[H  ");
}

#[test]
fn controls_and_halves_of_wide_characters_are_blanks() {
    let mut after = buffer(&[]);
    after[(0, 0)].set_symbol("\u{1b}[31m");
    after[(1, 0)].set_symbol("\u{7}");
    after[(2, 0)].set_symbol("");
    after[(WIDTH - 1, 0)].set_symbol("語");
    after[(0, 1)].set_symbol("x");
    let (mut screen, mut out) = (Screen::default(), Vec::new());
    screen.frame(&buffer(&[]), &after, None, true, &mut out);
    let mut terminal = terminal();
    terminal.process(&out);
    assert_eq!(terminal.screen().contents().trim(), "x");
    assert_eq!(terminal.screen().cell(1, 0).unwrap().contents(), "x");
    assert!(!out.contains(&7));
}
