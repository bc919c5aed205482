//! A theme file: a palette, the roles it colours, and whom it inherits from. Reading one reports every mistake at once.
//! Not how a terminal shows it: that is the ladder's part.

use std::fmt;

use super::contrast::{Rgb, contrast, luminance};
use super::role::{Role, Strip};

/// The themes that come with Keepwatch: name and file.
const SHIPPED: [(&str, &str); 3] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("colour-blind", include_str!("../../themes/colour-blind.toml")),
];

/// How deep `inherits` may go; shipped themes go one deep.
const MAX_INHERITANCE: usize = 4;

/// A colour of a palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The terminal's own.
    Default,
    /// A colour of ours.
    Rgb(Rgb),
}

/// A theme as its file says it, with all that it inherits filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    name: String,
    title: String,
    roles: [Ink; Role::ALL.len()],
    strips: [(Rgb, Rgb); Strip::ALL.len()],
}

/// All that is wrong with a theme file, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeError {
    /// The theme's name.
    pub theme: String,
    /// The mistakes, in the order of the file's tables.
    pub problems: Vec<String>,
}

impl std::error::Error for ThemeError {}

impl fmt::Display for ThemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "theme {}: {}", self.theme, self.problems.join("\n"))
    }
}

impl Palette {
    /// Names of the shipped themes, the default one first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// The shipped theme of that name, or `None`.
    pub fn shipped(name: &str) -> Option<Self> {
        let (name, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
        Some(Self::read(name, text, 0).expect("shipped themes are read by a test"))
    }

    /// Reads a theme file's text. `name` is what it is called in messages and in `:theme`.
    ///
    /// # Errors
    /// Names every mistake: a line that is no TOML, an unknown key or role, a colour that is none, an unknown parent.
    pub fn parse(name: &str, text: &str) -> Result<Self, ThemeError> {
        Self::read(name, text, 0)
    }

    fn read(name: &str, text: &str, depth: usize) -> Result<Self, ThemeError> {
        let fail = |problems| ThemeError { theme: name.to_owned(), problems };
        let table: toml::Table =
            text.parse().map_err(|error: toml::de::Error| fail(vec![error.to_string().trim_end().to_owned()]))?;
        let mut problems = Vec::new();
        let mut palette = Self::parent(&table, name, depth, &mut problems);
        name.clone_into(&mut palette.name);
        let named = Named::read(&table, &mut problems);
        for (key, value) in &table {
            match (key.as_str(), value) {
                ("title", toml::Value::String(title)) => title.clone_into(&mut palette.title),
                ("inherits", toml::Value::String(_)) | ("palette", toml::Value::Table(_)) => {}
                ("roles", toml::Value::Table(roles)) => palette.take_roles(roles, &named, &mut problems),
                ("strips", toml::Value::Table(strips)) => palette.take_strips(strips, &named, &mut problems),
                ("title" | "inherits", _) => problems.push(format!("`{key}` must be text in quotes")),
                ("palette" | "roles" | "strips", _) => problems.push(format!("`{key}` must be a table: [{key}]")),
                _ => {
                    problems.push(format!("unknown key `{key}`; known are title, inherits, palette, roles and strips"));
                }
            }
        }
        if problems.is_empty() { Ok(palette) } else { Err(fail(problems)) }
    }

    /// What the file starts from: its parent, or the dark theme, or nothing for the dark theme itself.
    fn parent(table: &toml::Table, name: &str, depth: usize, problems: &mut Vec<String>) -> Self {
        let blank = Self {
            name: name.to_owned(),
            title: name.to_owned(),
            roles: [Ink::Default; Role::ALL.len()],
            strips: [((0, 0, 0), (255, 255, 255)); Strip::ALL.len()],
        };
        let wanted = table.get("inherits").and_then(toml::Value::as_str);
        if wanted.is_none() && depth == 0 && name == SHIPPED[0].0 {
            return blank;
        }
        if depth >= MAX_INHERITANCE {
            problems.push("`inherits` goes round in a circle".to_owned());
            return blank;
        }
        let wanted = match wanted {
            Some(wanted) => wanted,
            None if depth > 0 => return blank,
            None => SHIPPED[0].0,
        };
        match SHIPPED.iter().find(|(known, _)| *known == wanted) {
            Some((known, text)) => {
                let parent = Self::read(known, text, depth + 1);
                Self { title: name.to_owned(), ..parent.expect("shipped themes are read by a test") }
            }
            None => {
                let known: Vec<_> = Self::names().collect();
                problems.push(format!("`inherits = \"{wanted}\"`: no such theme; there are {}", known.join(", ")));
                blank
            }
        }
    }

    fn take_roles(&mut self, roles: &toml::Table, named: &Named, problems: &mut Vec<String>) {
        for (key, value) in roles {
            let Some(role) = Role::from_key(key) else {
                let known: Vec<_> = Role::ALL.iter().map(|role| role.key()).collect();
                problems.push(format!("unknown role `{key}`; known are {}", known.join(", ")));
                continue;
            };
            match named.ink(value) {
                Some(Ink::Default) if role != Role::Bg => {
                    problems.push(format!("`{key}`: only bg can be \"default\" (then surface and raised are too)"));
                }
                Some(ink) => self.roles[role as usize] = ink,
                None => {
                    problems.push(format!("`{key}`: {} is no colour; write \"#rrggbb\" or a palette name", said(value)))
                }
            }
        }
    }

    fn take_strips(&mut self, strips: &toml::Table, named: &Named, problems: &mut Vec<String>) {
        for (key, value) in strips {
            let Some(strip) = Strip::ALL.into_iter().find(|strip| strip.key() == key) else {
                problems.push(format!("unknown strip `{key}`; known are bad and warn"));
                continue;
            };
            let part = |part: &str| match value.get(part).and_then(|value| named.ink(value)) {
                Some(Ink::Rgb(rgb)) => Some(rgb),
                _ => None,
            };
            match (part("ground"), part("ink")) {
                (Some(ground), Some(ink)) => self.strips[strip as usize] = (ground, ink),
                _ => problems.push(format!("strip `{key}` needs {{ ground = \"#rrggbb\", ink = \"#rrggbb\" }}")),
            }
        }
    }

    /// What it is called in `:theme` and `--theme`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is called in a list.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The colour of a role. With `bg = "default"`, surface and raised are default too.
    pub fn ink(&self, role: Role) -> Ink {
        let plain_ground = self.roles[Role::Bg as usize] == Ink::Default;
        if plain_ground && matches!(role, Role::Surface | Role::Raised) {
            return Ink::Default;
        }
        self.roles[role as usize]
    }

    /// Ground and ink of a strip.
    pub fn strip(&self, strip: Strip) -> (Rgb, Rgb) {
        self.strips[strip as usize]
    }

    /// Whether its ground is light.
    pub fn is_light(&self) -> bool {
        matches!(self.ink(Role::Bg), Ink::Rgb(rgb) if luminance(rgb) > 0.5)
    }

    /// Every pair of ink and ground that is too hard to read, in words. Empty for the shipped themes (a test).
    pub fn hard_to_read(&self) -> Vec<String> {
        let mut found = Vec::new();
        for role in Role::ALL {
            let (Some(least), Ink::Rgb(ink)) = (role.least_contrast(), self.ink(role)) else { continue };
            // What carries meaning but never alone stands on the ground, not on selected rows.
            let grounds: &[Role] =
                if least < 4.5 { &[Role::Bg] } else { &[Role::Bg, Role::Surface, Role::Raised, Role::Select] };
            for &ground in grounds {
                let Ink::Rgb(behind) = self.ink(ground) else { continue };
                let got = contrast(ink, behind);
                if got < least {
                    let (role, ground) = (role.key(), ground.key());
                    found.push(format!("{role} on {ground} has a contrast of {got:.2}, at least {least} is needed"));
                }
            }
        }
        for strip in Strip::ALL {
            let (ground, ink) = self.strip(strip);
            let got = contrast(ink, ground);
            if got < 4.5 {
                found.push(format!("the {} strip has a contrast of {got:.2}, at least 4.5 is needed", strip.key()));
            }
        }
        found
    }
}

/// The colours that a file gives names to.
struct Named(Vec<(String, Rgb)>);

impl Named {
    fn read(table: &toml::Table, problems: &mut Vec<String>) -> Self {
        let mut named = Vec::new();
        for (key, value) in table.get("palette").and_then(toml::Value::as_table).into_iter().flatten() {
            match value.as_str().and_then(hex) {
                Some(rgb) => named.push((key.clone(), rgb)),
                None => problems.push(format!("palette colour `{key}`: {} is not \"#rrggbb\"", said(value))),
            }
        }
        Self(named)
    }

    fn ink(&self, value: &toml::Value) -> Option<Ink> {
        let text = value.as_str()?;
        if text == "default" {
            return Some(Ink::Default);
        }
        let named = self.0.iter().find(|(name, _)| name == text).map(|(_, rgb)| *rgb);
        named.or_else(|| hex(text)).map(Ink::Rgb)
    }
}

/// A value as a message repeats it.
fn said(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.type_str().to_owned(), |text| format!("\"{text}\""))
}

/// `#rrggbb`, or the same without `#`.
fn hex(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some((r, g, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_theme_is_read_and_can_be_read() {
        for name in Palette::names() {
            let palette = Palette::shipped(name).expect("shipped");
            assert_eq!(palette.hard_to_read(), Vec::<String>::new(), "{name}");
            assert_eq!(palette.is_light(), name == "light");
            assert_ne!(palette.title(), name, "a title of its own");
        }
        assert_eq!(Palette::shipped("no such"), None);
    }

    #[test]
    fn a_theme_of_ones_own_names_only_what_differs() {
        let text = "inherits = \"light\"\n[palette]\nblood = \"#aa0000\"\n[roles]\nbad = \"blood\"\nbg = \"default\"";
        let mine = Palette::parse("mine", text).expect("good");
        assert_eq!(mine.ink(Role::Bad), Ink::Rgb((0xaa, 0, 0)));
        assert_eq!(mine.ink(Role::Raised), Ink::Default);
        assert_eq!(mine.ink(Role::Op), Palette::shipped("light").expect("shipped").ink(Role::Op));
    }

    #[test]
    fn all_mistakes_are_reported_at_once_in_words() {
        let text = "colour = 1\ninherits = \"drak\"\n[roles]\nbda = \"#000000\"\nok = \"greenish\"\ntext = \"default\"\n\
                    [strips]\nbad = \"#000000\"\n[palette]\nx = 3";
        let error = Palette::parse("mine", text).expect_err("bad");
        let all = error.to_string();
        for part in ["`colour`", "drak", "`bda`", "greenish", "only bg", "strip `bad`", "`x`: integer"] {
            assert!(all.contains(part), "{part} is missing in {all}");
        }
        assert!(Palette::parse("mine", "roles = [").expect_err("no TOML").to_string().contains("line 1"));
    }

    #[test]
    fn a_pale_theme_is_said_to_be_hard_to_read() {
        let mine = Palette::parse("mine", "[roles]\nmuted = \"#30343a\"").expect("good");
        assert_eq!(mine.hard_to_read().len(), 4);
    }
}
