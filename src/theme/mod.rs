//! Roles of ink, and how a terminal shows them: palettes, inheritance, and the ladder down to no colour. Not which role a
//! fact has: that is the view's choice.

mod contrast;
mod depth;
mod glyph;
mod palette;
mod role;

use ratatui::style::{Color, Modifier, Style};

pub use contrast::{Rgb, contrast};
pub use depth::{ColorChoice, Depth};
pub use glyph::{Glyphs, Mark};
pub use palette::{Ink, Palette, ThemeError};
pub use role::{Role, Strip};

/// A palette on a certain terminal: every style is worked out once, when it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    name: String,
    depth: Depth,
    glyphs: Glyphs,
    styles: [Style; Role::ALL.len()],
    strips: [Style; Strip::ALL.len()],
}

impl Theme {
    /// Works out every style of `palette` for a terminal of that depth.
    pub fn new(palette: &Palette, depth: Depth, glyphs: Glyphs) -> Self {
        let styles = Role::ALL.map(|role| settle(role, role_style(palette, depth, role)));
        let strips = Strip::ALL.map(|strip| strip_style(palette, depth, strip));
        Self { name: palette.name().to_owned(), depth, glyphs, styles, strips }
    }

    /// The name of its palette.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The step of the ladder it stands on.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The set of glyphs that the terminal is shown.
    pub fn glyphs(&self) -> Glyphs {
        self.glyphs
    }

    /// The style of a role: an ink says nothing about the ground and a ground nothing about the ink (but for
    /// [`Role::Select`] with 16 colours or none, which is why it is painted after the text).
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The same in bold: levels, words of trouble, the end of a sentence that matters.
    pub fn bold(&self, role: Role) -> Style {
        self.style(role).add_modifier(Modifier::BOLD)
    }

    /// Ground and ink of a strip.
    pub fn strip(&self, strip: Strip) -> Style {
        self.strips[strip as usize]
    }

    /// The style of a mark.
    pub fn mark(&self, mark: Mark) -> Style {
        self.style(mark.role())
    }
}

impl Default for Theme {
    /// The dark theme in truecolour, with the guide's glyphs.
    fn default() -> Self {
        let dark = Palette::shipped("dark").expect("the dark theme is shipped");
        Self::new(&dark, Depth::True, Glyphs::Unicode)
    }
}

fn role_style(palette: &Palette, depth: Depth, role: Role) -> Style {
    match depth {
        Depth::None => depth::plain(role),
        Depth::Sixteen => depth::sixteen(role, palette.is_light()),
        Depth::True | Depth::Indexed => {
            let color = color(palette.ink(role), depth);
            if role.is_ground() {
                return Style::new().bg(color);
            }
            let style = Style::new().fg(color);
            match role {
                Role::Strong | Role::Key => style.add_modifier(Modifier::BOLD),
                Role::Hit => style.add_modifier(Modifier::UNDERLINED),
                _ => style,
            }
        }
    }
}

/// Makes an ink take away what the ink before it in a cell has added, so that a cell never keeps a stranger's bold.
fn settle(role: Role, style: Style) -> Style {
    if role.is_ground() {
        return if role == Role::Select { style } else { style.remove_modifier(Modifier::REVERSED) };
    }
    let weights = Modifier::BOLD | Modifier::DIM | Modifier::UNDERLINED;
    let added = style.add_modifier;
    style.remove_modifier(weights).add_modifier(added)
}

fn strip_style(palette: &Palette, depth: Depth, strip: Strip) -> Style {
    match depth {
        Depth::None => depth::plain_strip(strip),
        Depth::Sixteen => depth::sixteen_strip(strip),
        Depth::True | Depth::Indexed => {
            let (ground, ink) = palette.strip(strip);
            Style::new().bg(color(Ink::Rgb(ground), depth)).fg(color(Ink::Rgb(ink), depth))
        }
    }
}

fn color(ink: Ink, depth: Depth) -> Color {
    match ink {
        Ink::Default => Color::Reset,
        Ink::Rgb(rgb) if depth == Depth::Indexed => Color::Indexed(depth::nearest_indexed(rgb)),
        Ink::Rgb((r, g, b)) => Color::Rgb(r, g, b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(name: &str, depth: Depth) -> Theme {
        Theme::new(&Palette::shipped(name).expect("shipped"), depth, Glyphs::Unicode)
    }

    #[test]
    fn without_colour_only_weights_are_left() {
        for name in Palette::names() {
            let theme = theme(name, Depth::None);
            let strips = Strip::ALL.map(|strip| theme.strip(strip));
            for style in Role::ALL.map(|role| theme.style(role)).into_iter().chain(strips) {
                let colours = [style.fg, style.bg, style.underline_color];
                assert!(colours.iter().flatten().all(|color| *color == Color::Reset), "{style:?}");
            }
            assert!(theme.style(Role::Bad).add_modifier.contains(Modifier::BOLD));
            assert!(theme.style(Role::Muted).add_modifier.contains(Modifier::DIM));
            assert!(theme.style(Role::Select).add_modifier.contains(Modifier::REVERSED));
        }
    }

    #[test]
    fn each_step_of_the_ladder_uses_its_own_kind_of_colour() {
        assert_eq!(theme("dark", Depth::True).style(Role::Bad).fg, Some(Color::Rgb(0xff, 0x70, 0x66)));
        assert!(matches!(theme("dark", Depth::Indexed).style(Role::Bad).fg, Some(Color::Indexed(_))));
        assert_eq!(theme("dark", Depth::Sixteen).style(Role::Bad).fg, Some(Color::LightRed));
        assert_eq!(theme("dark", Depth::Sixteen).strip(Strip::Warn).bg, Some(Color::Yellow));
        assert_eq!(theme("light", Depth::Sixteen).style(Role::Strong).fg, Some(Color::Reset));
    }

    #[test]
    fn the_terminals_own_ground_can_be_kept() {
        let mine = Palette::parse("mine", "[roles]\nbg = \"default\"").expect("good");
        let theme = Theme::new(&mine, Depth::True, Glyphs::Unicode);
        for ground in [Role::Bg, Role::Surface, Role::Raised] {
            assert_eq!(theme.style(ground).bg, Some(Color::Reset));
        }
    }

    #[test]
    fn an_ink_takes_away_the_weight_of_the_ink_before() {
        let theme = Theme::default();
        let after = theme.style(Role::Strong).patch(theme.style(Role::Text));
        assert!(!after.add_modifier.contains(Modifier::BOLD));
        assert!(theme.bold(Role::Warn).add_modifier.contains(Modifier::BOLD));
    }
}
