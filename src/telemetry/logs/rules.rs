//! Whose a line is where the line does not say so itself: the rules of the configuration, applied to each record.

use std::sync::Arc;

use regex::Regex;

use crate::config::LogRule;
use crate::domain::address::Address;
use crate::domain::log::LogLine;

/// What a rule looks at.
#[derive(Debug)]
enum On {
    Source,
    Message,
    Field(String),
}

#[derive(Debug)]
struct Rule {
    on: On,
    pattern: Regex,
    service: Option<String>,
    instance: Option<String>,
}

/// The rules, in their order.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

impl Rules {
    /// Makes them ready. The configuration has refused what is no pattern.
    pub(super) fn new(rules: &[LogRule]) -> Rules {
        let ready = |rule: &LogRule| {
            let on = match rule.on.as_str() {
                "source" => On::Source,
                "message" => On::Message,
                field => On::Field(field.to_owned()),
            };
            let (service, instance) = (rule.service.clone(), rule.instance.clone());
            Some(Rule { on, pattern: rule.compiled().ok()?, service, instance })
        };
        Rules(rules.iter().filter_map(ready).collect())
    }

    /// Gives a line what it lacks, by the first rule that has it. What a line says of itself stays.
    pub(super) fn apply(&self, line: &mut LogLine) {
        for rule in &self.0 {
            let wants = (line.service.is_none() && rule.service.is_some())
                || (line.instance.is_none() && rule.instance.is_some());
            if !wants {
                continue;
            }
            let field = |name: &str| line.fields.iter().find(|(key, _)| &**key == name).map(|(_, value)| &**value);
            let text = match &rule.on {
                On::Source => Some(line.source.name()),
                On::Message => Some(&*line.message),
                On::Field(name) => field(name),
            };
            let Some(found) = text.and_then(|text| rule.pattern.captures(text)) else { continue };
            let expand = |template: &String| {
                let mut out = String::new();
                found.expand(template, &mut out);
                out
            };
            let service = rule.service.as_ref().map(expand).filter(|name| !name.is_empty());
            let instance = rule.instance.as_ref().map(expand).and_then(|text| text.parse::<Address>().ok());
            if line.service.is_none() {
                line.service = service.map(Arc::from);
            }
            if line.instance.is_none() {
                line.instance = instance.filter(|address| address.port() != 0);
            }
        }
    }
}
