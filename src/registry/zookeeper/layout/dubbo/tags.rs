//! The document `<application>.tag-router`, as far as draining needs it: addresses in a tag group are skipped by requests that ask
//! for no tag. Others keep their groups in it, too; it is never left empty, since an emptied one leaves the old rule on.

use super::super::Undone;
use super::rules::{self, Rule};
use super::splice::{self, Edit, Step, edit};
use super::yaml::{self, Value};

/// Our group.
const OURS: &str = "keepwatch-drained";
/// What a document that we made begins with.
const MADE: &str = "# Made by keepwatch. It may be deleted when no address stands in it.";

/// What is left of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// This.
    Text(String),
    /// Nothing that anybody needs.
    Nothing,
}

/// Whether a group of this name drains; others steer requests that carry a tag.
pub(super) fn drains(name: &str) -> bool {
    name.to_ascii_lowercase().contains("drain")
}

/// Groups that this address is in.
pub(super) fn groups_of<'a>(document: &'a Value, address: &str) -> Vec<&'a str> {
    let groups = rules::groups(document).into_iter();
    groups.filter(|(_, list)| list.iter().any(|written| rules::is(written, address))).map(|(name, _)| name).collect()
}

/// Whether the group of this name in the document has this address.
pub(super) fn names(text: &str, group: &str, address: &str) -> bool {
    yaml::read(text).is_ok_and(|document| groups_of(&document.value(), address).contains(&group))
}

/// A document with this address drained, and with these tags named, so that 2.7 leaves their instances alone.
pub(super) fn fresh(app: &str, address: &str, fixed: &[&str]) -> String {
    let mut lines = vec![MADE.to_owned()];
    lines.extend(["force: false", "enabled: true", "runtime: true"].map(str::to_owned));
    lines.push(format!("key: {}", splice::flow(&Value::Scalar(app.to_owned()))));
    lines.push("tags:".to_owned());
    lines.extend(splice::block(&group(OURS, &[address]), ""));
    fixed.iter().for_each(|tag| lines.extend(splice::block(&group(tag, &[]), "")));
    lines.push(String::new());
    lines.join("\n")
}

/// The document with this address drained: in our group and in no other.
///
/// # Errors
/// In words, where it cannot be changed safely.
pub(super) fn add(text: &str, app: &str, address: &str, fixed: &[&str]) -> Result<String, String> {
    let document = yaml::read(text)?.value();
    if document == Value::Null {
        let feed = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return Ok([text, feed, &fresh(app, address, fixed)].concat());
    }
    let mut text = text.to_owned();
    for name in groups_of(&document, address).into_iter().filter(|name| *name != OURS) {
        text = without(&text, name, address)?;
    }
    text = with(&text, OURS, address)?;
    for tag in fixed {
        if !rules::groups(&yaml::read(&text)?.value()).contains_key(tag) {
            text = edit(&text, &Edit::Append(vec![Step::Key("tags")], group(tag, &[])))?;
        }
    }
    Ok(text)
}

/// The document without this address in groups that drain.
///
/// # Errors
/// In words, where it cannot be changed safely.
pub(super) fn remove(text: &str, address: &str) -> Result<Left, String> {
    let document = yaml::read(text)?.value();
    let mut text = text.to_owned();
    for name in groups_of(&document, address).into_iter().filter(|name| drains(name)) {
        text = without(&text, name, address)?;
        text = unless_used(&text, name)?;
    }
    Ok(if unused(&text)? { Left::Nothing } else { Left::Text(text) })
}

/// Whether we made it, and nobody needs anything in it.
fn unused(text: &str) -> Result<bool, String> {
    let left = yaml::read(text)?.value();
    let empty =
        rules::groups(&left).values().all(Vec::is_empty) && left.items("tags").iter().all(|t| t.get("match").is_none());
    Ok(empty && text.starts_with(MADE) && ours(&left))
}

/// Whether nothing is left of a document that anybody needs, without this address.
pub(super) fn left_empty(data: &[u8], address: &str) -> bool {
    std::str::from_utf8(data).is_ok_and(|text| matches!(remove(text, address), Ok(Left::Nothing)))
}

/// Whether nothing but what we write is in it.
fn ours(document: &Value) -> bool {
    let Value::Map(entries) = document else { return true };
    entries.iter().all(|(key, _)| matches!(key.as_str(), "force" | "enabled" | "runtime" | "key" | "tags"))
}

/// Takes back which addresses a step put in and out.
pub(super) fn take_back(before: &str, after: &str, now: &str) -> Undone {
    let taken = || -> Result<Option<String>, String> {
        let [old, new] = [before, after].map(|text| yaml::read(text).map(|node| node.value()));
        let (old, new) = (old?, new?);
        let (old, new) = (rules::groups(&old), rules::groups(&new));
        let mut text = now.to_owned();
        let none = Vec::new();
        for (name, addresses) in &new {
            for address in addresses.iter().filter(|address| !old.get(name).unwrap_or(&none).contains(address)) {
                text = without(&text, name, address)?;
            }
            if !old.contains_key(name) {
                text = unless_used(&text, name)?;
            }
        }
        for (name, addresses) in &old {
            for address in addresses.iter().filter(|address| !new.get(name).unwrap_or(&none).contains(address)) {
                text = with(&text, name, address)?;
            }
        }
        Ok((text != now).then_some(text))
    };
    match (Rule::read(now.as_bytes()), taken()) {
        (Rule::Unreadable(_), _) | (_, Err(_)) => Undone::Conflict,
        (_, Ok(Some(text))) if unused(&text) == Ok(true) => Undone::Nothing,
        (_, Ok(Some(text))) => Undone::Bytes(text.into_bytes()),
        (_, Ok(None)) => Undone::Already,
    }
}

fn group(name: &str, addresses: &[&str]) -> Value {
    let addresses = addresses.iter().map(|address| Value::Scalar((*address).to_owned())).collect();
    Value::Map(vec![("name".into(), Value::Scalar(name.to_owned())), ("addresses".into(), Value::List(addresses))])
}

/// The address in the group, made where there is none.
fn with(text: &str, name: &str, address: &str) -> Result<String, String> {
    let document = yaml::read(text)?.value();
    let tags = document.items("tags");
    let named: Vec<usize> = (0..tags.len()).filter(|index| tags[*index].text("name") == Some(name)).collect();
    if named.iter().any(|index| tags[*index].texts("addresses").any(|written| written == address)) {
        return Ok(text.to_owned());
    }
    match named.iter().find(|index| tags[**index].get("addresses").is_some()) {
        Some(index) => {
            let path = vec![Step::Key("tags"), Step::At(*index), Step::Key("addresses")];
            edit(text, &Edit::Append(path, Value::Scalar(address.to_owned())))
        }
        None => edit(text, &Edit::Append(vec![Step::Key("tags")], group(name, &[address]))),
    }
}

/// The address out of the group, however it is written there.
fn without(text: &str, name: &str, address: &str) -> Result<String, String> {
    let mut text = text.to_owned();
    // Once for each time that it stands there; the count bounds it.
    for _ in 0..text.matches(':').count() {
        let document = yaml::read(&text)?.value();
        let place = document.items("tags").iter().enumerate().find_map(|(tag, value)| {
            let named = value.text("name") == Some(name);
            let at = value.items("addresses").iter().position(|item| *item == Value::Scalar(address.to_owned()));
            at.filter(|_| named).map(|at| (tag, at))
        });
        let Some((tag, at)) = place else { break };
        text = edit(&text, &Edit::Remove(vec![Step::Key("tags"), Step::At(tag), Step::Key("addresses")], at))?;
    }
    Ok(text)
}

/// Without the group, where nothing stands in it.
fn unless_used(text: &str, name: &str) -> Result<String, String> {
    let document = yaml::read(text)?.value();
    let empty =
        |tag: &Value| tag.text("name") == Some(name) && tag.items("addresses").is_empty() && tag.get("match").is_none();
    match document.items("tags").iter().position(empty) {
        Some(index) => edit(text, &Edit::Remove(vec![Step::Key("tags")], index)),
        None => Ok(text.to_owned()),
    }
}
