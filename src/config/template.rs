//! The file with every key, its default and a line about it, as `keepwatch config` prints it.

use crate::domain::id::Layout;

/// The whole file: the words that a key takes come from the tables that the file is read by.
pub fn text() -> String {
    let words: Vec<&str> = Layout::all().into_iter().map(Layout::word).collect();
    let words = match words.split_last() {
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    };
    TEMPLATE.replace("<layouts>", &words)
}

/// The keys that are set are the defaults; the others stand behind `#`. A test reads it, with and without the marks.
const TEMPLATE: &str = r#"# Keepwatch's configuration, with every key and its default. What stands behind `#` is an example or has no default.
# Read from: --config FILE, else ./config/microservices.yaml, else $XDG_CONFIG_HOME/keepwatch/keepwatch.yaml.
# Each option on the command line wins over its KEEPWATCH_ variable, and that over this file.
# Files that are named here are looked for from this file's own folder.

registry:
  # The servers and the path below which everything is read; http:// and zk:// in front are dropped.
  address: localhost:2181
  # Who we are: a file with one line, digest:USER:PASSWORD or sasl:USER:PASSWORD (DIGEST-MD5). Keep it readable for you alone.
  # Without it the variable KEEPWATCH_REGISTRY_CREDENTIAL may hold that line.
  #credential: zookeeper.credential
  # TLS: PEM files of who signed the servers' certificates and, where they want to know us, of our certificate and key.
  #tls: {ca: ca.pem, cert: client.pem, key: client.key}
  # What is read; without it everything.
  #paths: [/services, /discovery]
  # <layouts>; without it each service's layout is detected.
  #layout: spring
  # Znodes of your own layout: which, and what stands where in them. Places: a JSON pointer, a {part} of the path, `text`,
  # `text:2` (between colons), `name`, `name?key` and `text?key` (a parameter of the URL there). With `preset: armeria` or
  # another of kratos, kitex, go-micro, druid, clickhouse, motan, sofarpc only what differs is said.
  #mapped: [{path: "/apps/{service}/{id}", address: /addr, weight: /weight, status: /state, enabled: UP, drained: DOWN, write: [drain, weight]}]

cluster:
  # Stands in the header, in plans and in the journal.
  #name: shop
  # No key and no command writes.
  read_only: false

# Services that are expected: one that is not registered is shown as missing. `register` puts them there.
services: {}
#  orders-service:
#    name: orders-service
#    version: v1.0
#    endpoints:
#      - http://localhost:5002
#    depends_on: [users-service, payments-service]
#    layout: seed
#    health: /actuator/health

# Guard rails over what is written: for services or a cluster by pattern, one or more of deny, confirm, at_most (out of the
# balance at once), reason, second_person (who may carry it out). Without actions: drain, weight and deregister. Names are
# what people say of themselves: a rail keeps from slips, it is no lock.
guard: []
#  - service: payments-*
#    actions: [deregister]
#    deny: ask the payments team first
#  - cluster: shop
#    confirm: typed
#    at_most: 1
#    reason: required
#    second_person: [ben, cara]

# Which addresses may be contacted for health, circuits and metrics: all, off, or ranges.
probe: all
#probe: [10.0.0.0/8, 192.168.1.7]

# Where spans and logs are taken (gRPC and HTTP), or off. The default takes 4318 too.
otlp: 127.0.0.1:4317

# Log files to follow; - is standard input. A folder or a pattern (/var/log/*.log) takes new files as they come.
logs: []
# Whose a line is that does not say so itself. on: source (the path, the default), message, or a field's name.
log_rules: []
#  - match: orders-(\d+)\.log
#    service: orders-service
#    instance: 127.0.0.1:$1

# The look: a theme of `keepwatch themes`; auto, unicode or ascii marks; auto, always or never colours.
#theme: dark
glyphs: auto
color: auto
mouse: on

# Keys by the names of `keepwatch keys`: one key, a list, or none. Enter, Esc and C-c are fixed.
keys: {}
#  drain: D
#  undo: [U, C-z]
#  sort: none
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{find::Found, settings::Overrides, settings::Settings, shape};

    fn settled(source: &str) -> Settings {
        let config = shape::read("template", source).unwrap_or_else(|e| panic!("{e}"));
        Settings::new(Found { config, ..Found::default() }, Overrides::default())
    }

    #[test]
    fn the_template_says_what_the_defaults_are() {
        let (ours, none) = (settled(&text()), settled(""));
        assert_eq!(ours.registry, none.registry);
        assert_eq!((ours.read_only, ours.probe, ours.otlp), (none.read_only, none.probe, none.otlp));
        assert_eq!((ours.glyphs, ours.color, ours.mouse), (none.glyphs, none.color, none.mouse));
        assert_eq!((ours.keys, ours.logs.len()), (none.keys, none.logs.len()));
    }

    #[test]
    fn it_names_every_layout_that_can_be_set() {
        let text = text();
        let line = text.lines().find(|line| line.contains("layout is detected")).expect("it is there");
        for word in Layout::all().into_iter().map(Layout::word) {
            assert!(line.contains(&format!(" {word}")), "{word} is missing: {line}");
            assert!(settled(&format!("registry: {{layout: {word}}}")).config.registry.layout.is_some());
        }
        assert!(!text.contains('<'), "nothing is left to be filled in");
    }

    #[test]
    fn every_example_in_it_can_be_used() {
        // A line of `#key` or `#  key` is an example; `# Words` are words. An example replaces what it stands below.
        let mut lines: Vec<&str> = Vec::new();
        let text = text();
        for line in text.lines() {
            let Some((indent, example)) = line.split_once('#') else {
                lines.push(line);
                continue;
            };
            if example.starts_with("  ") {
                let last = lines
                    .iter()
                    .rposition(|l| l.ends_with("{}") || l.ends_with("guard: []") || l.ends_with("log_rules: []"));
                if let Some(last) = last {
                    lines[last] = lines[last].trim_end_matches(" {}").trim_end_matches(" []");
                }
                lines.push(example);
            } else if !example.starts_with(' ') && !example.is_empty() && indent.trim().is_empty() {
                if example.starts_with("probe") {
                    lines.retain(|l| !l.starts_with("probe"));
                }
                lines.push(if indent.is_empty() { example } else { Box::leak(format!("{indent}{example}").into()) });
            }
        }
        let settings = settled(&lines.join("\n"));
        assert_eq!(settings.config.services.len(), 1);
        assert_eq!(settings.config.cluster.name.as_deref(), Some("shop"));
        assert_eq!(settings.config.registry.paths.len(), 2);
        assert_eq!((settings.config.guard.len(), settings.config.log_rules.len()), (2, 1));
        assert!(settings.config.registry.tls.is_some() && settings.theme.is_some());
        assert!(settings.keys.keys(crate::command::Command::Sort).is_empty());
    }
}
