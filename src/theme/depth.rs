//! How many colours a terminal shows, and what each role is on the lower steps of the ladder. Not where the
//! environment is read: the caller hands its values in.

use ratatui::style::{Color, Modifier, Style};

use super::role::{Role, Strip};

/// A step of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Depth {
    /// 24-bit colour.
    True,
    /// The 256 of xterm; each colour of the palette becomes its nearest, once, when the theme is made.
    Indexed,
    /// The terminal's own 16.
    Sixteen,
    /// No colour at all: only bold, dim, underline and reverse.
    None,
}

/// What the user asked for (`--color`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// As the environment says.
    #[default]
    Auto,
    /// Colour even where the environment speaks against it.
    Always,
    /// None.
    Never,
}

impl Depth {
    /// Reads the depth from the environment, given as a look-up of `NO_COLOR`, `COLORTERM` and `TERM`.
    pub fn from_env(choice: ColorChoice, var: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| var(name).filter(|value| !value.is_empty());
        if choice == ColorChoice::Never || (choice == ColorChoice::Auto && set("NO_COLOR").is_some()) {
            return Self::None;
        }
        let term = set("TERM").unwrap_or_default();
        let told = set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
        if told || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256") {
            Self::Indexed
        } else if term == "dumb" && choice == ColorChoice::Auto {
            Self::None
        } else {
            Self::Sixteen
        }
    }
}

/// A role in the terminal's own 16 colours. On a light ground bright white would be invisible, so names are only bold.
pub(super) fn sixteen(role: Role, light: bool) -> Style {
    let ink = |color| Style::new().fg(color);
    let dim = Style::new().fg(Color::Reset).add_modifier(Modifier::DIM);
    match role {
        Role::Bg | Role::Surface | Role::Raised => Style::new().bg(Color::Reset),
        Role::Select => reversed(),
        Role::Strong if light => ink(Color::Reset).add_modifier(Modifier::BOLD),
        Role::Strong => ink(Color::White).add_modifier(Modifier::BOLD),
        Role::Text => ink(Color::Reset),
        Role::Muted | Role::Stale => dim,
        Role::Focus => ink(Color::LightBlue),
        Role::Key => ink(Color::LightCyan).add_modifier(Modifier::BOLD),
        Role::Ok | Role::OkDim => ink(Color::Green),
        Role::Warn => ink(Color::Yellow),
        Role::Bad => ink(Color::LightRed).add_modifier(Modifier::BOLD),
        Role::Op => ink(Color::LightMagenta),
        Role::Event => ink(Color::Cyan),
        Role::Hit => ink(Color::Yellow).add_modifier(Modifier::UNDERLINED),
        Role::Line | Role::Line2 | Role::BarLow | Role::Track => ink(Color::DarkGray),
        Role::Bar => ink(Color::Blue),
    }
}

/// A strip in the terminal's own 16 colours.
pub(super) fn sixteen_strip(strip: Strip) -> Style {
    match strip {
        Strip::Bad => Style::new().fg(Color::White).bg(Color::Red),
        Strip::Warn => Style::new().fg(Color::Black).bg(Color::Yellow),
    }
}

/// A role without colour.
pub(super) fn plain(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Select => reversed(),
        Role::Strong | Role::Focus | Role::Key | Role::Warn | Role::Bad | Role::Event => {
            style.add_modifier(Modifier::BOLD)
        }
        Role::Hit => style.add_modifier(Modifier::UNDERLINED),
        Role::Bg | Role::Surface | Role::Raised | Role::Text | Role::Ok | Role::Op => style,
        Role::Muted | Role::Stale | Role::OkDim | Role::Line | Role::Line2 => style.add_modifier(Modifier::DIM),
        Role::Bar | Role::BarLow | Role::Track => style.add_modifier(Modifier::DIM),
    }
}

/// A strip without colour.
pub(super) fn plain_strip(strip: Strip) -> Style {
    match strip {
        Strip::Bad => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
        Strip::Warn => Style::new().add_modifier(Modifier::REVERSED),
    }
}

/// The selected row where grounds cannot be told apart: all its ink in one colour, reversed.
fn reversed() -> Style {
    Style::new().fg(Color::Reset).bg(Color::Reset).add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM)
}

/// The colour nearest to `(r, g, b)` among those of the 256 that every terminal shows alike: the cube and the greys.
pub(super) fn nearest_indexed(rgb: (u8, u8, u8)) -> u8 {
    let mut best = (u32::MAX, 16);
    for index in 16..=255_u8 {
        let distance = distance(rgb, indexed_rgb(index));
        if distance < best.0 {
            best = (distance, index);
        }
    }
    best.1
}

fn indexed_rgb(index: u8) -> (u8, u8, u8) {
    if index >= 232 {
        let grey = 8 + 10 * (index - 232);
        return (grey, grey, grey);
    }
    let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
    let n = index - 16;
    (step(n / 36), step(n / 6 % 6), step(n % 6))
}

/// Squared distance, weighted as the eye does (red 2, green 4, blue 3).
fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    2 * square(a.0, b.0) + 4 * square(a.1, b.1) + 3 * square(a.2, b.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(choice: ColorChoice, vars: &[(&str, &str)]) -> Depth {
        Depth::from_env(choice, |name| vars.iter().find(|v| v.0 == name).map(|v| v.1.to_owned()))
    }

    #[test]
    fn the_environment_chooses_the_step() {
        let auto = ColorChoice::Auto;
        assert_eq!(depth(auto, &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(auto, &[("TERM", "tmux-256color")]), Depth::Indexed);
        assert_eq!(depth(auto, &[("TERM", "linux")]), Depth::Sixteen);
        assert_eq!(depth(auto, &[("TERM", "xterm"), ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(depth(auto, &[("TERM", "xterm"), ("NO_COLOR", "")]), Depth::Sixteen);
        assert_eq!(depth(ColorChoice::Never, &[("COLORTERM", "24bit")]), Depth::None);
        assert_eq!(depth(ColorChoice::Always, &[("COLORTERM", "24bit"), ("NO_COLOR", "1")]), Depth::True);
    }

    #[test]
    fn the_nearest_of_the_256_is_the_colour_itself_where_it_exists() {
        for index in 16..=255 {
            let found = nearest_indexed(indexed_rgb(index));
            assert_eq!(indexed_rgb(found), indexed_rgb(index));
        }
        assert_eq!(nearest_indexed((0x0e, 0x12, 0x18)), 233);
    }
}
