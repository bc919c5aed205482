//! What a mapping writes: one field of the bytes, by its place, and not a byte besides.

use super::super::{Undone, discovery, json_edit};
use crate::config::mapped::{Mapping, Place};
use crate::domain::intent::Op;
use crate::domain::plan::Refusal;

/// The bytes with the change; `None`: it holds already. `saved`: the bytes from before a drain.
pub(super) fn change(mapping: &Mapping, data: &[u8], op: Op, saved: Option<&[u8]>) -> Result<Option<Vec<u8>>, Refusal> {
    let status = || mapping.status.as_ref().ok_or_else(|| Refusal::new("The mapping says no place for a drain."));
    let is_drained = |word: &str| mapping.drained.iter().any(|other| other.eq_ignore_ascii_case(word));
    let drained = |bytes: &[u8]| {
        mapping.status.as_ref().and_then(|place| get(place, bytes)).is_some_and(|word| is_drained(&word))
    };
    match op {
        Op::Drain if drained(data) => Ok(None),
        Op::Drain => {
            let word = mapping.drained.first().ok_or_else(|| Refusal::new("The mapping says no word for a drain."))?;
            put(status()?, data, word).map(Some)
        }
        Op::Undrain if !drained(data) => Ok(None),
        Op::Undrain => {
            let place = status()?;
            if let Some(saved) = saved.filter(|saved| !drained(saved)) {
                // Where nothing else changed since, the very bytes.
                let drain = mapping.drained.first().and_then(|word| put(place, saved, word).ok());
                return match (drain.as_deref() == Some(data), get(place, saved), place) {
                    (true, ..) => Ok(Some(saved.to_vec())),
                    (_, Some(word), _) => put(place, data, &word).map(Some),
                    (_, None, Place::Json(names)) => Ok(json_edit::remove(data, &keys(names))),
                    (_, None, _) => Err(Refusal::new("Nothing that could be put back was kept of the time before.")),
                };
            }
            match mapping.enabled.first() {
                Some(word) => put(place, data, word).map(Some),
                None => Err(Refusal::new(
                    "Nothing from before the drain was kept, and the mapping names no word in `enabled`, so that undrain has \
                     nothing to put back.",
                )),
            }
        }
        Op::Weight(number) if number < mapping.least => Err(Refusal::new(format!(
            "A weight below {} does not mean less to its readers ({}).",
            mapping.least, mapping.name
        ))),
        Op::Weight(number) if mapping.status == mapping.weight && is_drained(&number.to_string()) => {
            Err(Refusal::new("That weight is the mark of a drain here; use drain, which keeps the weight to put back."))
        }
        Op::Weight(_) if mapping.status == mapping.weight && saved.is_some() && drained(data) => {
            Err(Refusal::new("It is drained, and a weight would put it back unseen; undrain it first."))
        }
        Op::Weight(number) => {
            let place = mapping.weight.as_ref();
            let place = place.ok_or_else(|| Refusal::new("The mapping says no place for a weight."))?;
            if get(place, data).is_some_and(|old| old.trim().parse() == Ok(number)) {
                return Ok(None);
            }
            let after = put(place, data, &number.to_string())?;
            Ok((after != data).then_some(after))
        }
        Op::Deregister | Op::Undo => Err(Refusal::new("Nothing is written for that.")),
    }
}

/// Takes back those of the fields in which `before` and `after` differ.
pub(super) fn take_back(mapping: &Mapping, before: &[u8], after: &[u8], now: &[u8]) -> Undone {
    let places: Vec<&Place> = mapping.status.iter().chain(&mapping.weight).collect();
    let fields: Vec<Vec<&str>> = places
        .iter()
        .filter_map(|place| if let Place::Json(names) = place { Some(keys(names)) } else { None })
        .collect();
    match () {
        () if now == after => Undone::Bytes(before.to_vec()),
        () if now == before => Undone::Already,
        () if fields.is_empty() => text_back(&places, before, after, now),
        () => discovery::take_back(before, after, now, &fields.iter().map(Vec::as_slice).collect::<Vec<_>>()),
    }
}

/// The same in bytes that are no JSON: fields of one line of text.
fn text_back(places: &[&Place], before: &[u8], after: &[u8], now: &[u8]) -> Undone {
    let mut bytes = now.to_vec();
    for place in places {
        let [old, new, here] = [before, after, &*bytes].map(|text| get(place, text));
        if old == new || here == old {
            continue;
        }
        // A field that the step appended has nothing to be put back.
        let back = old.filter(|_| here == new).and_then(|word| put(place, &bytes, &word).ok());
        match back {
            Some(back) => bytes = back,
            None => return Undone::Conflict,
        }
    }
    if bytes == now { Undone::Already } else { Undone::Bytes(bytes) }
}

fn keys(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// What stands there, as its readers take it.
fn get(place: &Place, data: &[u8]) -> Option<String> {
    match place {
        Place::Json(names) => {
            let token = json_edit::token(data, &keys(names))?;
            match serde_json::from_slice(token).ok()? {
                serde_json::Value::Null => None,
                serde_json::Value::String(text) => Some(text.trim().to_owned()),
                _ => std::str::from_utf8(token).ok().map(str::to_owned),
            }
        }
        Place::Text => Some(std::str::from_utf8(data).ok()?.trim().to_owned()),
        Place::Field(number) => std::str::from_utf8(data).ok()?.trim().split(':').nth(number - 1).map(str::to_owned),
        _ => None,
    }
}

fn put(place: &Place, data: &[u8], word: &str) -> Result<Vec<u8>, Refusal> {
    let text = || std::str::from_utf8(data).map_err(|_| Refusal::new("It cannot be changed: its bytes are no text."));
    match place {
        Place::Json(names) => {
            let token = token(json_edit::token(data, &keys(names)), word);
            let failed = |e: json_edit::NoEdit| Refusal::new(format!("It cannot be changed: {e}."));
            json_edit::set(data, &keys(names), &token).map_err(failed)
        }
        Place::Text => {
            let text = text()?;
            let (start, trimmed) = (text.len() - text.trim_start().len(), text.trim());
            Ok([&text[..start], word, &text[start + trimmed.len()..]].concat().into_bytes())
        }
        Place::Field(number) => {
            let text = text()?;
            let start = text.len() - text.trim_start().len();
            let field = text.trim().split(':').nth(number - 1);
            let Some(field) = field else {
                // A field that comes next is put behind the last one; what lies further has none to stand behind.
                return match text.trim().split(':').count() + 1 == *number && !text.trim().is_empty() {
                    true => {
                        let end = start + text.trim().len();
                        Ok([&text[..end], ":", word, &text[end..]].concat().into_bytes())
                    }
                    false => Err(Refusal::new(format!("It cannot be changed: its text has no field {number}."))),
                };
            };
            let at = start + text.trim().split(':').take(number - 1).map(|field| field.len() + 1).sum::<usize>();
            Ok([&text[..at], word, &text[at + field.len()..]].concat().into_bytes())
        }
        _ => Err(Refusal::new("Nothing can be written at that place.")),
    }
}

/// The word as a token in the form of the one that it replaces: text stays text, numbers and truths are bare.
fn token(old: Option<&[u8]>, word: &str) -> Vec<u8> {
    let bare = matches!(word, "true" | "false") || word.parse::<i64>().is_ok_and(|number| number.to_string() == word);
    match old {
        Some(old) if old.starts_with(b"\"") => json_edit::quoted(word),
        _ if bare => word.as_bytes().to_vec(),
        _ => json_edit::quoted(word),
    }
}
