//! Secrets in JSON, found by walking it: a value under a secret name is masked whole, in every other string it is looked for
//! what it holds, and what comes out is JSON, too. Nothing here reads JSON that is not whole; that is prose.

use std::borrow::Cow;
use std::ops::Range;

use super::argv::Words;
use super::elsewhere;
use super::fact::{counts_tokens, is_authorization, is_decision, is_fact, is_of_zookeeper};
use super::name::is_secret_key;
use super::pair::{Pair, is_flat, names_secret};
use super::{Edit, MASK, masked, may_hold, weak};

/// Values within values; what is deeper is no JSON here.
const DEEPEST: usize = 128;

/// What must be replaced in a text that is one JSON document under this path of names; `None` where it is none.
pub(super) fn edits(path: &str, text: &str) -> Option<Vec<Edit>> {
    let mut walk = Walk { text, at: 0, edits: Vec::new() };
    walk.blank();
    walk.value(&mut path.to_owned(), 0)?;
    walk.blank();
    (walk.at == text.len()).then_some(walk.edits)
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
    edits: Vec<Edit>,
}

impl<'a> Walk<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// A value, whose own secrets are replaced.
    fn value(&mut self, path: &mut String, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match self.peek()? {
            b'{' => {
                let mut pair = Pair::default();
                self.list(b'}', |walk| walk.member(path, depth, &mut pair))?;
                pair.secrets().for_each(|value| self.mask_whole(value));
                Some(())
            }
            b'[' => self.items(path, depth),
            b'"' => {
                let begin = self.at;
                let told = self.string()?;
                if let Some(clean) = clean(path, &told) {
                    self.edits.push((begin..self.at, clean));
                }
                Some(())
            }
            _ => self.literal().map(drop),
        }
    }

    /// A name and its value.
    fn member(&mut self, path: &mut String, depth: usize, pair: &mut Pair) -> Option<()> {
        let name = self.string()?;
        self.blank();
        self.take(b':')?;
        self.blank();
        let (before, begin) = (path.len(), self.at);
        if before > 0 {
            path.push('.');
        }
        path.push_str(&name);
        let taken = match is_secret_key(path) || is_secret_key(&name) {
            true => self.secret(path, depth + 1),
            false => self.value(path, depth + 1),
        };
        if taken.is_some() && weak::is_secret(&name, self.text[begin..self.at].trim_matches('"')) {
            self.mask_whole(begin..self.at);
        }
        path.truncate(before);
        taken?;
        pair.put(&name, self.text, begin..self.at);
        Some(())
    }

    /// What a list holds. In one that lies in a list, or tells names and values in turn, a text may name what follows it.
    fn items(&mut self, path: &mut String, depth: usize) -> Option<()> {
        let is_flat = is_flat(path);
        let is_listed = self.text[..self.at].trim_ascii_end().ends_with(['[', ',']);
        let (mut count, mut is_named, mut second, mut words) = (0, false, None, Words::default());
        self.list(b']', |walk| {
            let begin = walk.at;
            walk.value(path, depth + 1)?;
            let place = begin..walk.at;
            if words.is_secret(&walk.text[place.clone()]) {
                walk.mask_whole(place.clone());
            }
            match count % 2 {
                0 => is_named = (is_flat || is_listed && count == 0) && names_secret(&walk.text[place]),
                _ if is_named && is_flat => walk.mask_whole(place),
                _ if is_named && count == 1 => second = Some(place),
                _ => {}
            }
            count += 1;
            Some(())
        })?;
        if let Some(value) = second.filter(|_| count == 2) {
            self.mask_whole(value);
        }
        Some(())
    }

    /// A value that is a secret whole; what is empty, or plainly none, is none. What authorization came to is told by parts.
    fn secret(&mut self, path: &mut String, depth: usize) -> Option<()> {
        if self.peek()? == b'{' && (is_authorization(path) || counts_tokens(path)) && depth <= DEEPEST {
            return self.list(b'}', |walk| walk.member(path, depth, &mut Pair::default()));
        }
        let (begin, before) = (self.at, self.edits.len());
        self.value(&mut String::new(), depth)?;
        self.edits.truncate(before);
        let told = &self.text[begin..self.at];
        let inner = told.strip_prefix('"').and_then(|told| told.strip_suffix('"'));
        let is_none =
            |inner| is_decision(path, inner) || is_of_zookeeper(path, inner) || elsewhere::is_one(path, inner);
        if inner.map_or_else(|| is_fact(path, told), is_none) {
            return Some(());
        }
        self.mask_whole(begin..self.at);
        Some(())
    }

    /// Masks a value that was walked already.
    fn mask_whole(&mut self, value: Range<usize>) {
        let told = &self.text[value.clone()];
        let inner = told.trim_matches(['{', '}', '[', ']', '"']);
        if !is_fact("", told) && !inner.trim().is_empty() {
            let from = self.edits.partition_point(|(range, _)| range.start < value.start);
            let end = self.edits.partition_point(|(range, _)| range.start < value.end);
            self.edits.splice(from..end, [(value, format!("\"{MASK}\""))]);
        }
    }

    /// What stands between brackets, parted by commas.
    fn list(&mut self, end: u8, mut each: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        self.blank();
        if self.take(end).is_some() {
            return Some(());
        }
        loop {
            self.blank();
            each(self)?;
            self.blank();
            if self.take(end).is_some() {
                return Some(());
            }
            self.take(b',')?;
        }
    }

    /// A string, read.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let begin = self.at;
        self.take(b'"')?;
        let mut escapes = false;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => (escapes, self.at) = (true, self.at + 2),
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let whole: &'a str = self.text.get(begin..self.at)?;
        match escapes {
            false => Some(Cow::Borrowed(&whole[1..whole.len() - 1])),
            true => serde_json::from_str(whole).ok().map(Cow::Owned),
        }
    }

    /// A number, a truth, nothing.
    fn literal(&mut self) -> Option<&'a str> {
        let begin = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')) {
            self.at += 1;
        }
        (self.at > begin).then(|| &self.text[begin..self.at])
    }
}

/// A string as JSON without its secrets, where it has some.
fn clean(path: &str, told: &str) -> Option<String> {
    if !may_hold(told.as_bytes()) {
        return None;
    }
    match masked(path, told) {
        Cow::Borrowed(_) => None,
        Cow::Owned(clean) => serde_json::to_string(&clean).ok(),
    }
}
