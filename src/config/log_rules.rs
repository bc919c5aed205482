//! `log_rules:` of the file: whose a line is where the line does not say so itself. What they do to a line is
//! `telemetry::logs`'s.

use regex::{Regex, RegexBuilder};

use super::problem::Problem;
use super::reader::{Keys, Problems, Wrong};
use super::tree::{Node, Value};

/// The largest compiled pattern, in bytes.
const LARGEST: usize = 1 << 20;

/// A rule: where a pattern matches, a line without a service or an instance is given one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRule {
    /// What is looked at: `source` (the file's path as given), `message`, or the name of a field.
    pub on: String,
    /// The pattern.
    pub pattern: String,
    /// The service, with `$1` and `${name}` for what the pattern caught.
    pub service: Option<String>,
    /// The instance, `host:port`, in the same way.
    pub instance: Option<String>,
}

impl LogRule {
    /// The pattern, ready.
    ///
    /// # Errors
    /// Why it is none.
    pub fn compiled(&self) -> Result<Regex, String> {
        RegexBuilder::new(&self.pattern).size_limit(LARGEST).build().map_err(|e| {
            let why = e.to_string();
            why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        })
    }
}

/// Reads the list.
pub(super) fn read(node: &Node, problems: &mut Problems) -> Vec<LogRule> {
    let Value::List(items) = &node.value else {
        let what = format!("`log_rules` is a list, not {}", node.value.kind());
        let help = "write each on lines of its own: - match: orders-(\\d+)";
        problems.push(Problem::new(node.place, what).help(help));
        return Vec::new();
    };
    items.iter().enumerate().filter_map(|(n, item)| one(n + 1, item, problems)).collect()
}

fn one(number: usize, node: &Node, problems: &mut Problems) -> Option<LogRule> {
    let name = format!("log_rules[{number}]");
    let mut keys = Keys::open(&name, node, problems);
    let rule = LogRule {
        on: keys.value("on", problems, word).unwrap_or_else(|| "source".to_owned()),
        pattern: keys.value("match", problems, pattern).unwrap_or_default(),
        service: keys.value("service", problems, word),
        instance: keys.value("instance", problems, word),
    };
    let matches = keys.get("match").is_some();
    keys.close(problems);
    if !matches {
        problems.push(Problem::new(node.place, format!("`{name}` matches nothing")).help("match: a pattern"));
    }
    if rule.service.is_none() && rule.instance.is_none() {
        let what = format!("`{name}` gives nothing");
        problems.push(Problem::new(node.place, what).help("service: NAME, instance: HOST:PORT, or both"));
    }
    Some(rule)
}

fn pattern(text: &str) -> Result<String, Wrong> {
    let rule = LogRule { on: String::new(), pattern: text.to_owned(), service: None, instance: None };
    rule.compiled().map_err(|why| Wrong::new("this is no pattern", why)).map(|_| text.to_owned())
}

fn word(text: &str) -> Result<String, Wrong> {
    match text.trim() {
        "" => Err(Wrong::from("the text is empty".to_owned())),
        text if text.len() > 256 => Err(Wrong::from("the text is longer than 256 bytes".to_owned())),
        text => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::shape::read;

    #[test]
    fn a_rule_is_read_and_what_is_wrong_with_one_is_said() {
        let text = "log_rules:\n  - match: 'orders-(\\d+)\\.log'\n    service: orders\n    instance: 127.0.0.1:$1\n";
        let rules = read("k", text).unwrap().log_rules;
        assert_eq!((&*rules[0].on, rules[0].instance.as_deref()), ("source", Some("127.0.0.1:$1")));
        for (text, why) in [
            ("log_rules: x", "is a list"),
            ("log_rules:\n  - service: a\n", "matches nothing"),
            ("log_rules:\n  - match: a\n", "gives nothing"),
            ("log_rules:\n  - {match: '(', service: a}\n", "no pattern"),
        ] {
            let told = read("k", text).unwrap_err().to_string();
            assert!(told.contains(why), "{told}");
        }
    }
}
