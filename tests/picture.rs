//! The README's picture is drawn by the real view: an incident in the guide's shop, as cells into SVG. The kept file must be
//! what the view draws now; `UPDATE_PICTURE=1 cargo test --test picture` writes it anew.

mod common;

use std::{fmt::Write, path::Path};

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr as _;

use common::journey::Journey;

/// A cell, in SVG's units.
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 18.0;
const MARGIN: f32 = 10.0;
const GROUND: &str = "#0e1218";
const INK: &str = "#c3ccd7";

#[test]
fn the_readmes_picture_is_what_the_view_draws() {
    let drawn = svg(&Journey::incident().buffer());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/overview.svg");
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("assets is made");
        std::fs::write(&file, &drawn).expect("the picture is written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == drawn, "{} is old: UPDATE_PICTURE=1 cargo test --test picture", file.display());
}

fn svg(buffer: &Buffer) -> String {
    let area = buffer.area;
    let (width, height) =
        (f32::from(area.width) * WIDTH + 2.0 * MARGIN, f32::from(area.height) * HEIGHT + 2.0 * MARGIN);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-size=\"14\" \
         font-family=\"'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,monospace\" role=\"img\" \
         aria-label=\"The overview of Keepwatch in an incident\">"
    );
    let _ = writeln!(out, "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{GROUND}\"/>");
    for y in 0..area.height {
        grounds(&mut out, buffer, y);
        inks(&mut out, buffer, y);
    }
    out.push_str("</svg>\n");
    out
}

/// Ground and ink of a cell as they are seen.
fn colours(cell: &Cell) -> (String, String) {
    let (ground, ink) = (colour(cell.bg, GROUND), colour(cell.fg, INK));
    if cell.modifier.contains(Modifier::REVERSED) { (ink, ground) } else { (ground, ink) }
}

fn colour(colour: Color, default: &str) -> String {
    match colour {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => default.to_owned(),
    }
}

/// Runs of cells of one row that are alike, each with its first column.
fn runs<K: PartialEq>(buffer: &Buffer, y: u16, key: impl Fn(&Cell) -> K) -> Vec<(u16, u16, K)> {
    let mut runs: Vec<(u16, u16, K)> = Vec::new();
    for x in 0..buffer.area.width {
        let key = key(&buffer[(x, y)]);
        match runs.last_mut() {
            Some((_, end, last)) if *last == key => *end = x + 1,
            _ => runs.push((x, x + 1, key)),
        }
    }
    runs
}

fn grounds(out: &mut String, buffer: &Buffer, y: u16) {
    for (start, end, ground) in runs(buffer, y, |cell| colours(cell).0) {
        if ground != GROUND {
            let _ = writeln!(
                out,
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{HEIGHT:.1}\" fill=\"{ground}\"/>",
                left(start),
                top(y),
                f32::from(end - start) * WIDTH,
            );
        }
    }
}

fn inks(out: &mut String, buffer: &Buffer, y: u16) {
    let style = |cell: &Cell| (colours(cell).1, cell.modifier & (Modifier::BOLD | Modifier::UNDERLINED));
    for (start, end, (ink, modifier)) in runs(buffer, y, style) {
        let text: String = (start..end).map(|x| buffer[(x, y)].symbol()).collect();
        // Blanks at both ends need no ink; a run is stretched to its cells, whatever font draws it.
        let first = text.len() - text.trim_start().len();
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let bold = if modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
        let line = if modifier.contains(Modifier::UNDERLINED) { " text-decoration=\"underline\"" } else { "" };
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" \
             fill=\"{ink}\"{bold}{line}>{escaped}</text>",
            left(start) + first as f32 * WIDTH,
            top(y) + 13.5,
            text.width() as f32 * WIDTH,
        );
    }
}

fn left(x: u16) -> f32 {
    MARGIN + f32::from(x) * WIDTH
}

fn top(y: u16) -> f32 {
    MARGIN + f32::from(y) * HEIGHT
}
