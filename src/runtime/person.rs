//! Who acts, and from where: for the journal, the intents and the story.

use std::path::Path;

/// The longest name that is taken from outside, in bytes.
const LONGEST: usize = 255;

/// Who acts: what was said (`--by`), else KEEPWATCH_BY, else SUDO_USER, else USER, else LOGNAME, else the number of the user.
pub fn by(said: Option<&str>) -> String {
    who(said, |name| std::env::var(name).ok())
}

fn who(said: Option<&str>, var: impl Fn(&str) -> Option<String>) -> String {
    let known = |name: &String| !name.trim().is_empty() && name.len() <= LONGEST && !name.chars().any(char::is_control);
    let said = said.map(str::to_owned).filter(known);
    let found = said
        .or_else(|| ["KEEPWATCH_BY", "SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| var(name).filter(known)));
    found.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}

/// The name of this machine, as the kernel has it; `unknown` where it tells none.
pub fn host() -> String {
    let kernel = std::fs::read_to_string(Path::new("/proc/sys/kernel/hostname")).ok();
    let named = kernel.or_else(|| std::env::var("HOSTNAME").ok()).map(|name| name.trim().to_owned());
    named.filter(|name| !name.is_empty() && name.len() <= LONGEST).unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_wins_then_the_one_behind_sudo() {
        let var = |name: &str| match name {
            "SUDO_USER" => Some("ana".to_owned()),
            "USER" => Some("root".to_owned()),
            _ => None,
        };
        assert_eq!(who(Some("ben"), var), "ben");
        assert_eq!(who(None, var), "ana");
        assert_eq!(who(None, |name| var(name).filter(|v| v == "root")), "root");
        let bare = who(Some(" "), |_| None);
        assert!(bare.strip_prefix("uid ").is_some_and(|number| number.parse::<u32>().is_ok()), "{bare}");
        assert_eq!(who(None, |name| (name == "LOGNAME").then(|| "cleo".to_owned())), "cleo");
        assert!(!host().is_empty());
    }
}
