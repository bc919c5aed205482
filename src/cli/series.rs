//! `keepwatch series`: a page of metrics as Keepwatch reads it, a line a sample, and every line that it cannot read with
//! the reason. From a file, standard input, or an instance: of this a registry that is named tells whether it is there
//! and where its page is.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::args::{Format, SeriesArgs};
use super::exit::{Exit, Failure, Outcome};
use super::{out, start};
use crate::config::settings::Settings;
use crate::domain::plan::Refusal;
use crate::domain::secret::mask_value;
use crate::domain::target::Target;
use crate::domain::text::{Shown, json_escape};
use crate::domain::time::Moment;
use crate::runtime::sources::Wanted;
use crate::telemetry::metrics::{Number, Page, Sample, parse};
use crate::telemetry::probe::{hints::Hints, scrape};

/// Bytes of a page that are read.
const MOST: u64 = 64 << 20;

/// Reads it and prints it.
///
/// # Errors
/// When it cannot be read at all, or nothing can be printed.
pub fn run(settings: &Settings, args: &SeriesArgs) -> Outcome {
    let page = parse(&bytes(settings, &args.from)?);
    let text = match args.output {
        Format::Json => lines(&page),
        Format::Text => words(&page),
    };
    out::print(&text).map(|_| Exit::Done)
}

fn bytes(settings: &Settings, from: &str) -> Result<Vec<u8>, Failure> {
    let failed = |e: std::io::Error| {
        let why = match e.kind() {
            ErrorKind::NotFound => format!("There is no file {from}. An instance is named SERVICE/HOST:PORT."),
            _ => format!("{from} cannot be read: {e}."),
        };
        Failure::new(Exit::Failed, why)
    };
    let mut bytes = Vec::new();
    if from == "-" {
        std::io::stdin().take(MOST).read_to_end(&mut bytes).map_err(failed)?;
        return Ok(bytes);
    }
    let target = || from.parse::<Target>().ok();
    match target().filter(|_| !Path::new(from).exists()) {
        None => {
            std::fs::File::open(from).and_then(|file| file.take(MOST).read_to_end(&mut bytes)).map_err(failed)?;
            Ok(bytes)
        }
        Some(target) => start::block_on(async {
            let hints = told(settings, &target).await?;
            scrape::page(&target.address, &hints, settings.probe.clone())
                .await
                .map_err(|why| Failure::new(Exit::Failed, format!("{from}: {why}")))
        }),
    }
}

/// What the registry says of where the target's page is; nothing where none is named: the address says enough then.
async fn told(settings: &Settings, target: &Target) -> Result<Hints, Failure> {
    if !settings.registry_named {
        return Ok(Hints::default());
    }
    let mut run = start::headless(settings, &start::registry(settings)?, Wanted::default()).await;
    if !start::reached(&mut run, start::REACH).await {
        return Err(start::unreachable(&run.model));
    }
    let registry = &run.model.world.registry;
    let refused = |refusal: Refusal| Failure::new(Exit::Refused, refusal.why.to_string());
    let found = registry.find(target, &run.model.setup.registry).map_err(refused)?;
    let all = registry.named(&found.service.name).flat_map(|service| service.registered());
    let mut here = all.filter(|(slot, _)| slot.address() == Some(&target.address));
    Ok(here.next().map(|(_, instance)| Hints::from_instance(instance)).unwrap_or_default())
}

fn number(value: Number) -> Value {
    match value {
        Number::Whole(whole) => json!(whole),
        Number::Float(float) => no_number(float),
    }
}

/// JSON has no word for what is no number or has no end.
fn no_number(float: f64) -> Value {
    match float {
        _ if float.is_nan() => json!("NaN"),
        f64::INFINITY => json!("+Inf"),
        f64::NEG_INFINITY => json!("-Inf"),
        _ => json!(float),
    }
}

fn labels(pairs: &[(String, String)]) -> Value {
    let pair = |(key, value): &(String, String)| (key.clone(), json!(mask_value(key, value)));
    Value::Object(pairs.iter().map(pair).collect::<Map<_, _>>())
}

fn at(ms: Option<i64>) -> Option<String> {
    ms.map(|ms| Moment(ms).rfc3339())
}

fn lines(page: &Page) -> String {
    let sample = |sample: &Sample| {
        let exemplar = sample
            .exemplar
            .as_ref()
            .map(|e| json!({"labels": labels(&e.labels), "value": no_number(e.value), "at": at(e.at_ms)}));
        json!({
            "name": sample.name, "labels": labels(&sample.labels), "value": number(sample.value),
            "at": at(sample.at_ms), "exemplar": exemplar,
        })
    };
    let rejected: Vec<Value> = page
        .rejected
        .iter()
        .map(|r| json!({"line": r.line, "text": crate::domain::secret::mask(&r.text), "why": r.why}))
        .collect();
    let end = json!({"kind": "end", "lines": page.lines, "samples": page.samples.len(), "rejected": rejected});
    let mut text = String::new();
    for line in page.samples.iter().map(sample).chain([end]) {
        text.push_str(&json_escape(&line.to_string()));
        text.push('\n');
    }
    text
}

fn words(page: &Page) -> String {
    let shown = |text: &str| Shown::new(text).as_str().to_owned();
    let mut text = String::new();
    for sample in &page.samples {
        let labels: Vec<String> = sample
            .labels
            .iter()
            .map(|(key, value)| format!("{}={}", shown(key), shown(&mask_value(key, value))))
            .collect();
        let value = match number(sample.value) {
            Value::String(word) => word,
            value => value.to_string(),
        };
        let exemplar = sample.exemplar.iter().flat_map(|e| &e.labels).find(|(key, _)| key == "trace_id");
        let exemplar = exemplar.map(|(_, id)| format!("  trace {}", shown(id))).unwrap_or_default();
        text.push_str(&format!("{}  {}  {value}{exemplar}\n", shown(&sample.name), labels.join(" ")));
    }
    for rejected in &page.rejected {
        text.push_str(&format!("line {} cannot be read: {}: {}\n", rejected.line, rejected.why, shown(&rejected.text)));
    }
    text.push_str(&format!("{} samples in {} lines\n", page.samples.len(), page.lines));
    text
}

/// Where it comes from, in words for the parser.
pub(super) fn source(text: &str) -> Result<Arc<str>, String> {
    if text.is_empty() { Err("a file, - or SERVICE/HOST:PORT".to_owned()) } else { Ok(text.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sample_is_a_line_and_the_last_says_what_was_refused() {
        let page = parse(b"a{x=\"1\"} +Inf\nb_secret{token=\"abc\"} 2 # {trace_id=\"4b\"} 1 5\nbad\n");
        let text = lines(&page);
        let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(
            (&rows[0]["value"], &rows[0]["labels"]["x"], &rows[0]["exemplar"]),
            (&json!("+Inf"), &json!("1"), &Value::Null)
        );
        assert_eq!(
            (&rows[1]["labels"]["token"], &rows[1]["exemplar"]["labels"]["trace_id"]),
            (&json!("***"), &json!("4b"))
        );
        assert_eq!(
            (&rows[2]["kind"], &rows[2]["samples"], &rows[2]["rejected"][0]["line"]),
            (&json!("end"), &json!(2), &json!(3))
        );
    }
}
