//! One line of a page, read letter by letter: label values may hold everything, so no splitting at commas or braces.

/// A number that somebody counted or measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The metric's name.
    pub name: String,
    /// Its labels, in their order.
    pub labels: Vec<(String, String)>,
    /// The value; may be infinite or no number.
    pub value: Number,
    /// When, in ms since the epoch, where told.
    pub at_ms: Option<i64>,
    /// One observation behind it.
    pub exemplar: Option<Exemplar>,
}

/// A value: exact where it is whole, since counters may be larger than a float is exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Whole(u64),
    /// Any other.
    Float(f64),
}

/// One observation that a sample stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Exemplar {
    /// Its labels, a trace's id above all.
    pub labels: Vec<(String, String)>,
    /// Its value.
    pub value: f64,
    /// When, in ms since the epoch, where told.
    pub at_ms: Option<i64>,
}

/// Labels of one sample.
const MOST_LABELS: usize = 256;

struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn blanks(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    fn eat(&mut self, wanted: char) -> bool {
        match self.0.strip_prefix(wanted) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> &'a str {
        let end = self.0.find([' ', '\t']).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }

    fn name(&mut self) -> &'a str {
        let end =
            self.0.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.'))).unwrap_or(self.0.len());
        let (name, rest) = self.0.split_at(end);
        self.0 = rest;
        name
    }

    fn quoted(&mut self) -> Result<String, &'static str> {
        let mut text = String::new();
        let mut letters = self.0.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.0 = &self.0[at + 1..];
                    return Ok(text);
                }
                '\\' => match letters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, other @ ('\\' | '"'))) => text.push(other),
                    Some((_, other)) => {
                        text.push('\\');
                        text.push(other);
                    }
                    None => break,
                },
                other => text.push(other),
            }
        }
        Err("a quote is not closed")
    }

    /// `{a="b", "c.d"="e",}`, the brace being eaten; a quoted text alone is the metric's name.
    fn labels(&mut self, name: &mut String) -> Result<Vec<(String, String)>, &'static str> {
        let mut labels = Vec::new();
        loop {
            self.blanks();
            if self.eat('}') {
                return Ok(labels);
            }
            let quoted = self.0.starts_with('"');
            let key = if quoted { self.quoted()? } else { self.name().to_owned() };
            self.blanks();
            if self.eat('=') {
                if key.is_empty() {
                    return Err("a label has no name");
                }
                self.blanks();
                if !self.0.starts_with('"') {
                    return Err("a label's value is not quoted");
                }
                if labels.len() >= MOST_LABELS {
                    return Err("it has more than 256 labels");
                }
                if labels.iter().any(|(known, _)| *known == key) {
                    return Err("a label is told twice");
                }
                labels.push((key, self.quoted()?));
            } else if quoted && name.is_empty() && labels.is_empty() {
                *name = key;
            } else {
                return Err("a label has no value");
            }
            self.blanks();
            if !self.eat(',') && !self.0.starts_with('}') {
                return Err("labels are not closed with }");
            }
        }
    }
}

/// A value as the formats write it.
fn number(word: &str) -> Option<Number> {
    if let Ok(whole) = word.parse::<u64>() {
        return Some(Number::Whole(whole));
    }
    let plain = word.trim_start_matches(['+', '-']);
    let known = plain.eq_ignore_ascii_case("inf") || plain.eq_ignore_ascii_case("nan");
    let starts = plain.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if known || starts { word.parse().ok().map(Number::Float) } else { None }
}

impl Number {
    /// As a float, which is exact up to 2^53.
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Whole(whole) => whole as f64,
            Number::Float(float) => float,
        }
    }
}

/// A moment: ms in the older format, seconds in OpenMetrics. What would be before 1973 in ms is seconds.
fn moment(word: &str) -> Option<i64> {
    let number: f64 = word.parse().ok().filter(|number: &f64| number.is_finite())?;
    Some(if number.abs() < 1e11 { (number * 1_000.0).round() as i64 } else { number as i64 })
}

impl Sample {
    /// Reads a line that is no comment.
    ///
    /// # Errors
    /// Why it is no sample.
    pub(super) fn read(line: &str) -> Result<Sample, &'static str> {
        let mut cursor = Cursor(line.trim_end_matches('\r'));
        cursor.blanks();
        let mut name = cursor.name().to_owned();
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err("a metric's name does not begin with a digit");
        }
        cursor.blanks();
        let labels = if cursor.eat('{') { cursor.labels(&mut name)? } else { Vec::new() };
        if name.is_empty() {
            return Err("there is no metric's name");
        }
        cursor.blanks();
        let value = match cursor.word() {
            "" => return Err("there is no value"),
            word => number(word).ok_or("the value is no number")?,
        };
        cursor.blanks();
        let at_ms = match cursor.0 {
            "" => None,
            rest if rest.starts_with('#') => None,
            _ => Some(moment(cursor.word()).ok_or("the time is no number")?),
        };
        cursor.blanks();
        let exemplar = if cursor.eat('#') { exemplar(&mut cursor)? } else { None };
        cursor.blanks();
        if !cursor.0.is_empty() {
            return Err("more follows where the line should end");
        }
        Ok(Sample { name, labels, value, at_ms, exemplar })
    }
}

/// What follows `#`: ` {trace_id="…"} 0.3 1795415918.36`. Anything else there is a remark.
fn exemplar(cursor: &mut Cursor<'_>) -> Result<Option<Exemplar>, &'static str> {
    cursor.blanks();
    if !cursor.eat('{') {
        cursor.0 = "";
        return Ok(None);
    }
    // A name in front of it cannot be: what is quoted alone is refused.
    let labels = cursor.labels(&mut "-".to_owned())?;
    cursor.blanks();
    let value = number(cursor.word()).ok_or("the exemplar's value is no number")?.as_f64();
    cursor.blanks();
    let at_ms = match cursor.0 {
        "" => None,
        _ => Some(moment(cursor.word()).ok_or("the exemplar's time is no number")?),
    };
    Ok(Some(Exemplar { labels, value, at_ms }))
}
