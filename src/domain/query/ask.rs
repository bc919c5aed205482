//! What a name, a sign and a value ask: `level>=warn`, `duration>1s`, `http.route=/orders`. How a query parts into those is
//! told in `parse`, which names there are in `vocabulary`.

use std::ops::Range;
use std::sync::Arc;

use regex::bytes;

use super::Wrong;
use super::parse::{LARGEST, no_pattern};
use super::term::{Compare, Than, Value, What, bit, number};
use super::vocabulary::{Asked, Field};
use crate::domain::log::{Level, LogFormat};

/// The levels by which lines are asked for.
pub(super) const LEVELS: [(&str, Level); 10] = [
    ("trace", Level::Trace),
    ("debug", Level::Debug),
    ("info", Level::Info),
    ("warn", Level::Warn),
    ("error", Level::Error),
    ("fatal", Level::Fatal),
    ("unknown", Level::Unknown),
    ("warning", Level::Warn),
    ("err", Level::Error),
    ("critical", Level::Fatal),
];
/// The longest list of values.
const LONGEST_LIST: usize = 64;
const ALL: [Level; 7] =
    [Level::Unknown, Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];

/// One named part: `name`, `sign`, `value`.
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) sign: &'a str,
    pub(super) value: &'a str,
    /// The value stood in quotes: it is no pattern.
    pub(super) quoted: bool,
    /// Where the value stands.
    pub(super) at: Range<usize>,
}

impl Named<'_> {
    fn wrong(&self, expected: &str) -> Wrong {
        let Named { name, sign, value, .. } = self;
        Wrong::new(self.at.clone(), format!("`{name}{sign}{value}`: {expected}"))
    }

    /// Which of the levels is none.
    fn no_level(&self, lower: &str) -> Wrong {
        let mut wrong =
            self.wrong("one of the levels trace, debug, info, warn, error, fatal, unknown is expected after it");
        let (mut from, of_list) = (0, matches!(self.sign, ":" | "="));
        for word in lower.split(',') {
            // What is in quotes, or longer in small letters, stands elsewhere.
            if of_list && !self.quoted && lower.len() == self.value.len() && levels(self.sign, word).is_none() {
                let begin = self.at.start + from;
                wrong.at = begin..begin + word.len().max(1);
                break;
            }
            from += word.len() + 1;
        }
        wrong
    }

    /// What it asks for; `None` where it is only text.
    ///
    /// # Errors
    /// What is expected in the value's place.
    pub(super) fn asks(&self, asked: Asked) -> Result<Option<What>, Wrong> {
        let plain = matches!(self.sign, ":" | "=");
        if self.value.len() > 1 && self.value.starts_with('!') && !self.quoted && asked.field(self.name).is_some() {
            let Named { name, sign, value, .. } = self;
            return Err(self.wrong(&format!("the ! stands before the name: !{name}{sign}{}", &value[1..])));
        }
        let lower = self.value.to_lowercase();
        let known = match asked.field(self.name) {
            Some(Field::Level) => Some(What::Level(levels(self.sign, &lower).ok_or_else(|| self.no_level(&lower))?)),
            Some(Field::Duration) => Some(self.duration()?),
            Some(Field::Service) if plain => {
                let names = self.names(asked, &lower, "the name of a service is expected after it")?;
                Some(What::Service(names, self.quoted))
            }
            Some(Field::Instance) if plain => {
                Some(What::Instance(self.names(asked, &lower, "an address is expected after it, host:port")?))
            }
            Some(Field::Operation) if plain => Some(What::Operation(self.operations(&lower)?)),
            Some(Field::Status) if plain => return self.status(&lower).map(Some),
            Some(Field::Trace) if plain => match is_hex(&lower, 32) {
                true => Some(What::Trace(lower.as_str().into())),
                false => return Err(self.wrong("a trace is named by 1 to 32 digits of its id, 0-9 and a-f")),
            },
            Some(Field::Span) if plain => match is_hex(&lower, 16) {
                true => Some(What::Span(lower.as_str().into())),
                false => return Err(self.wrong("a span is named by 1 to 16 digits of its id, 0-9 and a-f")),
            },
            Some(Field::Source) if plain && lower.is_empty() => {
                return Err(self.wrong("otlp, stdin or a part of a file's name is expected after it"));
            }
            Some(Field::Source) if plain && lower.contains('*') => Some(What::Source(format!("*{lower}").into())),
            Some(Field::Source) if plain => Some(What::Source(lower.as_str().into())),
            Some(Field::Format) if plain => {
                let format = LogFormat::ALL.into_iter().find(|format| format.word() == lower);
                let names = LogFormat::ALL.map(LogFormat::word).join(", ");
                let format = format.ok_or_else(|| self.wrong(&format!("one of {names} is expected after it")))?;
                Some(What::Format(format))
            }
            _ => None,
        };
        match known {
            Some(what) => Ok(Some(what)),
            None => self.field(asked),
        }
    }

    /// The names of a list. Of traces a part of a name is enough, unless `*` says which part it is.
    fn names(&self, asked: Asked, lower: &str, expected: &str) -> Result<Vec<Arc<str>>, Wrong> {
        let parts = lower.split(',').filter(|part| !part.is_empty());
        if lower.len() > 2 && lower.starts_with('/') && lower.ends_with('/') && !self.quoted {
            let Named { name, sign, .. } = self;
            return Err(self.wrong(&format!("no pattern is taken here; * is anything: {name}{sign}ord*,*pay*")));
        }
        let names: Vec<Arc<str>> = match asked {
            Asked::Traces => parts.map(|part| if part.contains('*') { part.into() } else { around(part) }).collect(),
            Asked::Lines => parts.map(Arc::from).collect(),
        };
        if names.is_empty() { Err(self.wrong(expected)) } else { Ok(names) }
    }

    /// Parts of names of operations, which may hold a comma where they stand in quotes, and a `*` of their own.
    fn operations(&self, lower: &str) -> Result<Vec<Arc<str>>, Wrong> {
        let all: Vec<&str> = if self.quoted { vec![lower] } else { lower.split(',').collect() };
        let parts: Vec<Arc<str>> = all.into_iter().filter(|part| !part.is_empty()).map(around).collect();
        if parts.is_empty() {
            return Err(self.wrong("a part of an operation's name is expected after it, POST or \"POST /orders\""));
        }
        Ok(parts)
    }

    fn status(&self, lower: &str) -> Result<What, Wrong> {
        match lower {
            "error" | "failed" => return Ok(What::Failed(true)),
            "ok" => return Ok(What::Failed(false)),
            list if list.contains(',') => {
                let parts = || list.split(',').filter(|part| !part.is_empty());
                if parts().any(|part| matches!(part, "error" | "failed" | "ok")) {
                    return Err(self.wrong("error and ok stand alone; codes may be a list, 500,504"));
                }
                if parts().next().is_some() && parts().all(is_code) {
                    let codes: Vec<String> = parts().map(|code| code.replace('x', ".")).collect();
                    return self.like(&codes.join("|"), None, Asked::Traces);
                }
            }
            // `5xx` as people write it.
            code if is_code(code) => {
                return self.like(&codes(code), None, Asked::Traces);
            }
            _ => {}
        }
        if lower.chars().all(char::is_alphabetic) {
            return Err(self.wrong("error, ok or a code is expected after it, 504, 5xx or 5.."));
        }
        self.like(lower, None, Asked::Traces)
    }

    fn duration(&self) -> Result<What, Wrong> {
        let Some(than) = Than::of(self.sign) else {
            let name = self.name;
            return Err(self.wrong(&format!("it is compared: {name}>200ms or {name}<1s")));
        };
        let ms = number(self.value).filter(|ms| *ms >= 0.0);
        let ms = ms.ok_or_else(|| self.wrong("a duration is expected after it, 200ms or 1.5s"))?;
        Ok(What::Took(Compare(than), (ms * 1e6).round()))
    }

    /// A field or an attribute.
    fn field(&self, asked: Asked) -> Result<Option<What>, Wrong> {
        if let Some(than) = Than::of(self.sign) {
            let limit = number(self.value).ok_or_else(|| match asked {
                Asked::Traces if Asked::Lines.field(self.name) == Some(Field::Level) => {
                    self.wrong("levels are asked of log lines; of traces, status:error")
                }
                _ => self.wrong("a number is expected after it; quotes make it a text"),
            })?;
            let within = match asked {
                // A plain line has no fields, but it may say them.
                Asked::Lines => Some(pattern(&said_number(self.name), self.value, &self.at)?),
                Asked::Traces => None,
            };
            return Ok(Some(What::Field(self.name.into(), Value::Number(Compare(than), limit, within))));
        }
        // `status:5xx` of traces is meant of lines, too.
        if asked == Asked::Lines && self.name.eq_ignore_ascii_case("status") && !self.quoted && is_codes(self.value) {
            let code = codes(self.value);
            return self.like(&code, Some(&said(self.name, &code)), asked).map(Some);
        }
        if self.value.is_empty() && self.quoted && self.sign == "=" && asked == Asked::Lines {
            return self.like("", Some(&empty(self.name)), asked).map(Some);
        }
        let list = self.list();
        if self.value.is_empty() || (self.sign == ":" && asked == Asked::Lines && list.is_none()) {
            return Ok(None);
        }
        let source = match list {
            // As it stands a list may be a value, too.
            Some(list) => format!("{list}|{}", self.value),
            None if self.quoted => regex::escape(self.value),
            None => self.value.to_owned(),
        };
        let name = regex::escape(self.name);
        let within = match asked {
            // A plain line has no fields, but it may say them.
            Asked::Lines if self.sign == ":" => {
                Some(format!("{}|{name}:{}", said(self.name, &source), regex::escape(self.value)))
            }
            Asked::Lines => Some(said(self.name, &source)),
            // `db-1:5432` and `http://x/y` are words, too.
            Asked::Traces if self.sign == ":" => Some(format!("{name}:{}", regex::escape(self.value))),
            Asked::Traces => None,
        };
        self.like(&source, within.as_deref(), asked).map(Some)
    }

    /// The values of a list, `a,b`, as one pattern; `None` where it is none: each must be a value by itself, which `a{1,3}` is
    /// not.
    fn list(&self) -> Option<String> {
        // One that goes on behind its last comma is still being typed.
        let value = self.value.strip_suffix(',').filter(|value| !value.is_empty());
        let least = if value.is_some() { 1 } else { 2 };
        let parts: Vec<&str> = value.unwrap_or(self.value).split(',').take(LONGEST_LIST + 1).collect();
        let is_list = !self.quoted && (least..=LONGEST_LIST).contains(&parts.len());
        let is_value = |part: &&str| !part.is_empty() && regex::Regex::new(part).is_ok();
        (is_list && parts.iter().all(is_value)).then(|| parts.join("|"))
    }

    /// A field whose whole value is this, as it stands or as a pattern; or a text that says so.
    fn like(&self, source: &str, within: Option<&str>, asked: Asked) -> Result<What, Wrong> {
        let literal = regex::escape(self.value);
        let build = |pattern: &str| {
            regex::RegexBuilder::new(&format!("^(?:{pattern})$")).case_insensitive(true).size_limit(LARGEST).build()
        };
        // The pattern by itself first: what is no pattern must not become one by what stands beside it.
        let whole = match build(source).and_then(|_| build(&format!("{literal}|(?:{source})"))) {
            Err(_) if asked == Asked::Traces => build(&literal),
            whole => whole,
        };
        let whole = whole.map_err(|e| no_pattern(self.value, self.at.clone(), &e))?;
        let within = within.map(|within| pattern(within, self.value, &self.at)).transpose()?;
        Ok(What::Field(self.name.into(), Value::Like(Box::new((whole, within)))))
    }
}

/// Whether a value is a code as people write it: `504`, `5xx`, `5..`.
fn is_code(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'x' | 'X'))
}

/// Whether a value is a code, or a list of codes.
fn is_codes(value: &str) -> bool {
    value.split(',').all(is_code)
}

/// Codes as a pattern.
fn codes(value: &str) -> String {
    value.to_lowercase().replace('x', ".").replace(',', "|")
}

/// A pattern of a text that says of a name that it is an empty text.
fn empty(name: &str) -> String {
    format!(r#"(?:^|[^\w.])"?{}"?\s?[=:]\s?"""#, regex::escape(name))
}

/// A pattern of a text that says of a name that it has a value: all of it, where the text tells in quotes how long it is.
fn said(name: &str, value: &str) -> String {
    let name = regex::escape(name);
    format!(r#"(?:^|[^\w.])"?{name}"?\s?[=:]\s?(?:"(?:{value})"|(?:{value})(?:$|[^\w.]))"#)
}

/// A pattern of a text that says of a name that it has a number, in its first group.
fn said_number(name: &str) -> String {
    let name = regex::escape(name);
    format!(r#"(?:^|[^\w.])"?{name}(?:_code|_ms)?"?\s?[=:]\s?"?(-?[0-9][0-9.]{{0,30}}[a-zµ]{{0,3}})(?:$|[^\w.])"#)
}

/// A pattern of a text, of what was typed there.
fn pattern(source: &str, value: &str, at: &Range<usize>) -> Result<bytes::Regex, Wrong> {
    let built = bytes::RegexBuilder::new(source).case_insensitive(true).multi_line(true).size_limit(LARGEST).build();
    built.map_err(|e| no_pattern(value, at.clone(), &e))
}

/// A name with this in it.
fn around(part: &str) -> Arc<str> {
    format!("*{part}*").into()
}

fn is_hex(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The levels that a sign and words ask for: `warn`, `warn+`, `warn,error`, and from or up to one.
fn levels(sign: &str, words: &str) -> Option<u8> {
    let named = |word: &str| LEVELS.iter().find(|(name, _)| *name == word).map(|(_, level)| *level);
    let where_ = |test: &dyn Fn(Level) -> bool| ALL.into_iter().filter(|l| test(*l)).fold(0, |bits, l| bits | bit(l));
    match sign {
        ":" | "=" => words.split(',').try_fold(0, |bits, word| {
            Some(match word.strip_suffix('+') {
                Some(word) => bits | named(word).map(|least| where_(&|l| l >= least))?,
                None => bits | bit(named(word)?),
            })
        }),
        _ => {
            let one = named(words.trim_end_matches('+'))?;
            Some(where_(&|level| match sign {
                ">=" => level >= one,
                ">" => level > one,
                // What tells no level is below none.
                "<=" => level <= one && level != Level::Unknown,
                _ => level < one && level != Level::Unknown,
            }))
        }
    }
}
