//! `keepwatch themes`: what `--theme`, the file and `:theme` may name.

use super::exit::Outcome;
use super::out;
use crate::theme::Palette;

pub(super) fn run() -> Outcome {
    let width = Palette::names().map(str::len).max().unwrap_or(0);
    let lines = Palette::names().filter_map(|name| {
        let palette = Palette::shipped(name)?;
        let ground = if palette.is_light() { "light ground" } else { "dark ground" };
        Some(format!("{name:width$}  {}, {ground}\n", palette.title()))
    });
    out::print(&lines.collect::<String>())
}
