//! What counts in the end: options over environment over file over defaults.
//!
//! Options and environment arrive here as one, since the command line's parser has laid the first over the second.

use std::path::PathBuf;

use crate::domain::address::Address;
use crate::domain::servers::Servers;

use super::find::{Found, Looked};
use crate::theme::{ColorChoice, Glyphs};

use super::{Access, Config, Keymap, Otlp, Probe};

/// The port of OTLP over gRPC, where spans and logs are taken when nobody says otherwise.
pub const OTLP_PORT: u16 = 4317;

/// What options and environment say; `None` where they say nothing.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--registry`
    pub registry: Option<Servers>,
    /// `--read-only`; a file's `read_only: true` cannot be undone by it.
    pub read_only: bool,
    /// `--probe`
    pub probe: Option<Probe>,
    /// `--otlp`
    pub otlp: Option<Otlp>,
    /// `--otlp-open`, `--otlp-token`, `--otlp-tls`
    pub access: Access,
    /// `--logs`, all of them
    pub logs: Vec<PathBuf>,
    /// `--theme`
    pub theme: Option<String>,
    /// `--color`
    pub color: Option<ColorChoice>,
    /// `--mouse`
    pub mouse: Option<bool>,
}

/// Everything that a command needs to know, settled.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The registry.
    pub registry: Servers,
    /// Whether anybody named it, or it is only the place where one usually is.
    pub registry_named: bool,
    /// No writer is constructed.
    pub read_only: bool,
    /// Which addresses may be contacted.
    pub probe: Probe,
    /// Where spans and logs are taken.
    pub otlp: Otlp,
    /// Whether anybody named it; commands that only listen when told to ask this.
    pub otlp_named: bool,
    /// Who may send there.
    pub access: Access,
    /// Log files; `-` is standard input.
    pub logs: Vec<PathBuf>,
    /// The theme; `None`: as the terminal's ground suggests.
    pub theme: Option<String>,
    /// Which characters draw marks; `None`: as locale and terminal suggest.
    pub glyphs: Option<Glyphs>,
    /// Whether colours are used.
    pub color: ColorChoice,
    /// Whether the mouse is taken.
    pub mouse: bool,
    /// Keys.
    pub keys: Keymap,
    /// The rest of the file: expected services, credential, TLS, paths, layouts, the cluster's name.
    pub config: Config,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// Where a file was looked for.
    pub looked: Vec<Looked>,
}

impl Settings {
    /// Lays options over what was found over defaults.
    pub fn new(found: Found, over: Overrides) -> Settings {
        let config = found.config;
        let registry = over.registry.or_else(|| config.registry.address.clone());
        let otlp = over.otlp.or_else(|| config.otlp.clone());
        Settings {
            registry_named: registry.is_some(),
            registry: registry.unwrap_or_default(),
            read_only: over.read_only || config.cluster.read_only.unwrap_or(false),
            probe: over.probe.or_else(|| config.probe.clone()).unwrap_or_default(),
            otlp_named: otlp.is_some(),
            otlp: otlp.unwrap_or_else(|| Otlp::At(Address::new("127.0.0.1", OTLP_PORT).expect("a constant address"))),
            access: over.access,
            logs: if over.logs.is_empty() { config.logs.clone() } else { over.logs },
            theme: over.theme.or_else(|| config.theme.clone()),
            glyphs: config.glyphs,
            color: over.color.or(config.color).unwrap_or_default(),
            mouse: over.mouse.or(config.mouse).unwrap_or(true),
            keys: config.keys.clone(),
            config,
            file: found.file,
            looked: found.looked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::shape;

    fn settled(source: &str, over: Overrides) -> Settings {
        Settings::new(Found { config: shape::read("a", source).unwrap(), ..Found::default() }, over)
    }

    #[test]
    fn options_win_over_the_file_and_the_file_over_defaults() {
        let none = settled("", Overrides::default());
        assert_eq!((none.registry.to_string().as_str(), none.registry_named), ("localhost:2181", false));
        assert_eq!((none.otlp.to_string().as_str(), none.otlp_named), ("127.0.0.1:4317", false));
        assert!(none.mouse && !none.read_only && none.probe == Probe::All);

        let source = "registry: {address: a:1}\nprobe: off\nmouse: false\ncluster: {read_only: true}\nlogs: [x]\n";
        let file = settled(source, Overrides::default());
        assert_eq!((file.registry.to_string().as_str(), file.registry_named), ("a:1", true));
        assert!(!file.mouse && file.read_only && file.probe == Probe::Off && file.logs.len() == 1);

        let over = Overrides {
            registry: "b:2".parse().ok(),
            probe: "all".parse().ok(),
            mouse: Some(true),
            logs: vec!["-".into()],
            ..Overrides::default()
        };
        let both = settled(source, over);
        assert_eq!(both.registry.to_string(), "b:2");
        assert!(both.mouse && both.probe == Probe::All && both.logs == [PathBuf::from("-")]);
        assert!(both.read_only, "an option cannot make a read-only cluster writable");
    }
}
