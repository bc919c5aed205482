//! The marks that stand for states, and the second set for terminals that cannot draw them. Cell for cell: no layout
//! depends on which set is shown.

use super::role::Role;

/// What a mark says. Each has a role, and a word that always goes with it somewhere near.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Serves.
    Up,
    /// Slow, degraded, partly failing.
    Slow,
    /// Says itself that it is down.
    Down,
    /// Cannot be reached.
    NoAnswer,
    /// Expected, not registered.
    Missing,
    /// Alive, not registered.
    Shadow,
    /// Registered, dead.
    Ghost,
    /// Never answered, or not asked.
    Unknown,
    /// A drain whose traffic has not left yet.
    Draining,
    /// A drain that is done.
    Drained,
    /// A drain that the registry forgot.
    DrainLost,
    /// Breaker open.
    Open,
    /// Breaker half-open.
    HalfOpen,
    /// Breaker forced by a person.
    Forced,
    /// Sources disagree.
    Disagree,
    /// Done, good.
    Good,
    /// Failed.
    Failed,
    /// The cursor; also "caller to callee" and "old to new".
    To,
    /// Unfolded.
    Unfolded,
    /// Joined the registry.
    Joined,
    /// Left the registry, and nobody expects it there.
    Left,
}

impl Mark {
    /// The mark itself: one cell, two for [`Mark::Forced`].
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Up => "●",
            Self::Slow => "◐",
            Self::Down | Self::Ghost | Self::Failed => "✗",
            Self::NoAnswer => "⊘",
            Self::Missing | Self::Left => "◌",
            Self::Shadow => "◎",
            Self::Unknown => "?",
            Self::Draining => "◈",
            Self::Drained => "◇",
            Self::DrainLost => "◆",
            Self::Open => "⊗",
            Self::HalfOpen => "⊙",
            Self::Forced => "⊗F",
            Self::Disagree => "≠",
            Self::Good => "✓",
            Self::To => "▸",
            Self::Unfolded => "▾",
            Self::Joined => "+",
        }
    }

    /// Its ink.
    pub const fn role(self) -> Role {
        match self {
            Self::Up | Self::Good => Role::Ok,
            Self::Slow | Self::NoAnswer | Self::Missing | Self::Shadow | Self::HalfOpen | Self::Disagree => Role::Warn,
            Self::Down | Self::Ghost | Self::Failed | Self::DrainLost | Self::Open => Role::Bad,
            Self::Draining | Self::Drained | Self::Forced => Role::Op,
            Self::Unknown | Self::To | Self::Unfolded | Self::Left => Role::Muted,
            Self::Joined => Role::Text,
        }
    }

    /// The word that goes with it; empty where the sentence around it says all.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Slow => "slow",
            Self::Down => "down",
            Self::NoAnswer => "no answer",
            Self::Missing => "missing",
            Self::Shadow => "shadow",
            Self::Ghost => "ghost",
            Self::Unknown => "not known",
            Self::Draining => "draining",
            Self::Drained => "drained",
            Self::DrainLost => "DRAIN LOST",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
            Self::Forced => "forced",
            Self::Disagree => "opinions differ",
            Self::Joined => "joined",
            Self::Left => "gone",
            Self::Good | Self::Failed | Self::To | Self::Unfolded => "",
        }
    }
}

/// Which set of glyphs the terminal is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Glyphs {
    /// As the guide draws them.
    #[default]
    Unicode,
    /// For locales that are not UTF-8 and terminals that draw `●` two cells wide.
    Ascii,
}

impl Glyphs {
    /// What is shown for a cell that holds `symbol`: itself, or its ASCII stand-in. Text of the outside world is not
    /// touched: only what Keepwatch itself draws has a stand-in.
    pub fn show(self, symbol: &str) -> &str {
        match self {
            Self::Unicode => symbol,
            Self::Ascii if symbol.is_ascii() => symbol,
            Self::Ascii => stand_in(symbol).unwrap_or(symbol),
        }
    }
}

/// The ASCII for one cell of ours.
fn stand_in(symbol: &str) -> Option<&'static str> {
    Some(match symbol {
        "●" => "o",
        "◐" => "%",
        "✗" | "×" => "x",
        "⊘" => "/",
        "◌" => "m",
        "◎" => "@",
        "◈" => "d",
        "◇" => "D",
        "◆" => "!",
        "⊗" => "O",
        "⊙" => "H",
        "≠" | "╌" => "~",
        "✓" => "+",
        "▸" | "►" | "›" => ">",
        "◄" | "‹" => "<",
        "▾" | "▼" => "v",
        "▲" => "^",
        "─" | "–" | "╴" | "╶" | "╸" | "╺" | "▔" => "-",
        "│" => "|",
        "╭" | "╮" | "╰" | "╯" | "├" | "┤" | "┬" | "┴" | "┼" | "┝" | "┥" | "╞" | "╡" | "└" | "┌" | "┐" | "┘" => {
            "+"
        }
        "┏" | "┓" | "┗" | "┛" | "┃" | "┣" | "┫" | "┳" | "┻" | "╋" => "#",
        "━" => "=",
        "═" | "║" | "╔" | "╗" | "╚" | "╝" | "╠" | "╣" | "╦" | "╩" | "╬" => "#",
        "┆" | "┊" => ":",
        "·" | "…" => ".",
        "▁" => "_",
        "▂" => ".",
        "▃" => "-",
        "▄" => "=",
        "▅" => "+",
        "▆" => "*",
        "▇" => "#",
        "█" => "@",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr as _;

    const OURS: &str = "●◐✗×⊘◌◎◈◇◆⊗⊙≠╌✓▸►◄‹▾▼▲─–╸╺│╭╮╰╯├┤┬┴┼┝┥╞╡└┏┓┗┛┃┣┫┳┻╋━═║╔╗╚╝╠╣╦╩╬┆┊·…▁▂▃▄▅▆▇█";

    #[test]
    fn the_two_sets_swap_cell_for_cell() {
        for glyph in OURS.chars() {
            let unicode = glyph.to_string();
            let ascii = Glyphs::Ascii.show(&unicode);
            assert!(ascii.is_ascii(), "{unicode} has no stand-in");
            assert_eq!((unicode.width(), ascii.width()), (1, 1), "{unicode}");
            assert_eq!(Glyphs::Unicode.show(&unicode), unicode);
        }
        assert_eq!(Glyphs::Ascii.show("é"), "é", "the outside world's text is left alone");
    }

    #[test]
    fn circles_of_machines_and_diamonds_of_people_stay_apart() {
        let machines = [Mark::Up, Mark::Slow, Mark::Down, Mark::NoAnswer, Mark::Missing, Mark::Shadow, Mark::Unknown];
        let people = [Mark::Draining, Mark::Drained, Mark::DrainLost];
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            for machine in machines {
                for person in people {
                    assert_ne!(glyphs.show(machine.symbol()), glyphs.show(person.symbol()));
                }
            }
        }
    }
}
