//! `keepwatch logs`: what the log pane would hold, a line a record. An intake of its own; a registry is not asked.

mod merged;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::args::{LogForm, LogsArgs};
use super::events::stopped;
use super::exit::{Exit, Failure, Outcome};
use super::turned::Refusals;
use super::{out, start};
use crate::config::{Otlp, settings::Settings};
use crate::domain::fact::{Fact, SourceFact, SourceState};
use crate::domain::log::{LogLine, Printed};
use crate::domain::query::{Asked, Hints, Query};
use crate::domain::show::some;
use crate::domain::text::{Shown, json_escape};
use crate::runtime::mailbox::Postbox;
use crate::telemetry::logs::{Begin, LogOptions, LogSources};
use crate::telemetry::otlp::Intake;

/// How long it is waited at the end for what was begun.
const LAST: Duration = Duration::from_secs(1);
/// How often it is looked whether all has been read.
const LOOK: Duration = Duration::from_millis(20);
/// Records that are written at once.
const AT_ONCE: usize = 64 << 10;

/// Takes lines and prints those that fit.
///
/// # Errors
/// A filter that cannot be read; when nothing can be printed, listened to or read.
pub fn run(settings: &Settings, args: &LogsArgs) -> Outcome {
    let query = match &args.filter {
        Some(text) => Query::parse(text)
            .map_err(|wrong| Failure::usage(format!("--filter cannot be read:\n{}", wrong.caret(text))))?,
        None => Query::default(),
    };
    start::block_on(follow(settings, args, &query))
}

async fn follow(settings: &Settings, args: &LogsArgs, query: &Query) -> Outcome {
    let mailbox = Arc::new(Postbox::new());
    // What stands in the file is not asked where the command line names sources.
    let otlp = match (&args.intake.otlp, args.intake.logs.is_empty()) {
        (Some(otlp), _) => otlp.clone(),
        (None, true) if settings.logs.is_empty() => settings.otlp.clone(),
        (None, _) => Otlp::Off,
    };
    let intake = match &otlp {
        Otlp::Off => None,
        otlp => Some(Intake::guarded(otlp, &settings.access, mailbox.clone()).await),
    };
    let listens = intake.as_ref().and_then(|intake| intake.addresses().first()).map(ToString::to_string);
    if let (Otlp::At(address), None) = (&otlp, &listens) {
        let exit = if intake.as_ref().is_some_and(Intake::is_mistaken) { Exit::Usage } else { Exit::Failed };
        for fact in mailbox.drain() {
            if let Fact::Source(SourceFact { state: SourceState::Failed(why), .. }) = fact {
                return Err(Failure::new(exit, format!("OTLP cannot be taken at {}: {why}.", address.text())));
            }
        }
    }
    let hints = Hints::new(Asked::Lines, query.text());
    let (form, told) = (args.output, Told::default());
    let mut printer = Printer { form, query, hints, told, refusals: Refusals::default(), text: String::new() };
    let mut stop = std::pin::pin!(stopped());
    printer.ready(listens.as_deref(), settings)?;
    let options = LogOptions {
        paths: settings.logs.clone(),
        begin: Begin::First,
        once: !args.follow,
        rules: settings.config.log_rules.clone(),
    };
    if let Some(paths) = merged::paths(&options.paths).filter(|_| options.once && listens.is_none()) {
        if merged::print(&options, paths, args.time, &mut printer, stop.as_mut()).await? {
            printer.end()?;
        }
        return Ok(if printer.told.failed { Exit::Failed } else { Exit::Done });
    }
    let has_stdin = settings.logs.iter().any(|path| path.as_os_str() == "-");
    let sources = LogSources::start(&options, &(mailbox.clone() as Arc<dyn crate::domain::fact::Mailbox>));
    let begun = Instant::now();
    let mut reads = true;
    while reads {
        let left = args.time.map_or(LOOK, |time| time.saturating_sub(begun.elapsed()).min(LOOK));
        let ended = tokio::select! {
            () = &mut stop => break,
            () = mailbox.filled() => false,
            () = tokio::time::sleep(left) => true,
        };
        // Asked before what is there is taken, so that nothing comes between.
        let all_read = !settings.logs.is_empty() && sources.reading() == 0 && listens.is_none();
        let time_over = args.time.is_some_and(|time| begun.elapsed() >= time);
        reads = printer.take(mailbox.drain())?;
        let over = all_read || (has_stdin && printer.told.stdin_ended);
        if time_over || (ended && over && mailbox.is_empty()) {
            break;
        }
    }
    sources.finish(LAST);
    if let Some(intake) = intake {
        intake.stop().await;
    }
    while reads && !mailbox.is_empty() {
        reads = printer.take(mailbox.drain())?;
    }
    if reads {
        printer.end()?;
    }
    Ok(if printer.told.failed && !args.follow { Exit::Failed } else { Exit::Done })
}

/// Reasons for which lines were dropped that are told apart.
const MOST_REASONS: usize = 32;

#[derive(Default)]
struct Told {
    received: u64,
    matched: u64,
    dropped: BTreeMap<Arc<str>, u64>,
    /// Of them by whose they were and why.
    why: BTreeMap<Arc<str>, u64>,
    /// How often lines of a file may be missing, nobody knows how many.
    lost: BTreeMap<Arc<str>, u64>,
    stdin_ended: bool,
    failed: bool,
}

struct Printer<'a> {
    form: LogForm,
    query: &'a Query,
    hints: Hints,
    told: Told,
    refusals: Refusals,
    text: String,
}

impl Printer<'_> {
    fn ready(&mut self, otlp: Option<&str>, settings: &Settings) -> Result<(), Failure> {
        let names = settings.logs.iter().map(|path| match path.as_os_str() == "-" {
            true => "stdin".to_owned(),
            false => path.to_string_lossy().into_owned(),
        });
        let sources: Vec<String> = otlp.map(|_| "otlp".to_owned()).into_iter().chain(names).collect();
        if self.form == LogForm::Json {
            self.json(&json!({"kind": "ready", "otlp": otlp, "sources": sources}));
        }
        self.flush().map(drop)
    }

    /// Prints what fits. Whether anybody still reads.
    fn take(&mut self, facts: Vec<Fact>) -> Result<bool, Failure> {
        for fact in facts {
            match fact {
                Fact::Logs(lines) => {
                    for line in &lines {
                        self.told.received += 1;
                        line.fields.iter().for_each(|(key, _)| self.hints.see(key));
                        if self.query.fits(line) {
                            self.told.matched += 1;
                            self.line(line);
                            if self.text.len() >= AT_ONCE && !self.flush()? {
                                return Ok(false);
                            }
                        }
                    }
                }
                Fact::Source(fact) => self.source(&fact),
                _ => {}
            }
        }
        self.flush()
    }

    fn source(&mut self, fact: &SourceFact) {
        match &fact.state {
            SourceState::Failed(why) => {
                self.told.failed = true;
                eprintln!("{}", Shown::new(&format!("{}: {why}", fact.name)));
            }
            SourceState::Dropped(count, what, why) if &**what == "lines" => {
                self.told.received += count;
                *self.told.dropped.entry(fact.name.clone()).or_default() += count;
                let full = self.told.why.len() >= MOST_REASONS && !self.told.why.contains_key(why);
                *self.told.why.entry(if full { "for other reasons".into() } else { why.clone() }).or_default() += count;
            }
            SourceState::Dropped(count, what, why) if matches!(&**what, "connections" | "files") => {
                let is_lost = &**what == "files";
                if is_lost {
                    *self.told.lost.entry(fact.name.clone()).or_default() += count;
                }
                let (count, lost) = (some(*count, what), if is_lost { " lost here:" } else { "" });
                eprintln!("{}", Shown::new(&format!("{}: {count}{lost} {why}", fact.name)));
            }
            SourceState::Refused(turned) => {
                self.refusals.take(&fact.name, turned).iter().for_each(|said| eprintln!("{said}"));
            }
            SourceState::Ended if &*fact.name == "logs -" => self.told.stdin_ended = true,
            _ => {}
        }
    }

    fn line(&mut self, line: &LogLine) {
        let printed = Printed::new(line);
        match self.form {
            LogForm::Json => self.json(&printed.record()),
            LogForm::Raw => self.text.push_str(&printed.raw_lines()),
            LogForm::Text => {
                let whose = line.instance.as_ref().map(|address| format!(" {}", address.text())).unwrap_or_default();
                let text = format!(
                    "{} {:<7} {}{whose}  {}{}",
                    line.at.rfc3339(),
                    line.level.word(),
                    printed.service.as_deref().unwrap_or("-"),
                    printed.message,
                    printed.error.as_deref().map(|error| format!("  error={error}")).unwrap_or_default(),
                );
                self.text.push_str(Shown::within(&text, usize::MAX).as_str());
                self.text.push('\n');
            }
        }
    }

    fn end(&mut self) -> Result<(), Failure> {
        let dropped: u64 = self.told.dropped.values().sum();
        let (received, matched) = (self.told.received, self.told.matched);
        self.refusals.sums().iter().for_each(|sum| eprintln!("{sum}"));
        self.hints.tell(matched > 0).iter().for_each(|hint| eprintln!("--filter: {}", Shown::new(hint)));
        if self.form == LogForm::Json {
            let by = |all: &BTreeMap<Arc<str>, u64>| -> Map<String, Value> {
                all.iter().map(|(source, count)| (source.to_string(), json!(count))).collect()
            };
            let kept = received - dropped;
            let mut end = json!({"kind": "end", "received": received, "kept": kept, "dropped": by(&self.told.dropped),
                "matched": matched});
            // No count of lines: nobody knows how many, or whether any.
            if !self.told.lost.is_empty() {
                end["holes"] = by(&self.told.lost).into();
            }
            self.json(&end);
        } else if dropped > 0 {
            eprintln!("{dropped} of {received} lines were dropped:");
            for (why, count) in &self.told.why {
                eprintln!("{}", Shown::new(&format!("{count} {why}")));
            }
        }
        self.flush().map(drop)
    }

    fn json(&mut self, value: &Value) {
        self.text.push_str(&json_escape(&value.to_string()));
        self.text.push('\n');
    }

    fn flush(&mut self) -> Result<bool, Failure> {
        if self.text.is_empty() {
            return Ok(true);
        }
        let reads = out::write(&self.text);
        self.text.clear();
        reads
    }
}
