//! What a message says but for its numbers and ids: its words, parted at blanks and at `/ = , : [ ] ( )` and their like, each
//! as a number, so that a whole message is compared by one. Not which messages are grouped: that is in `fold` and `grouping`.

use std::hash::{BuildHasher as _, Hasher as _};

use foldhash::fast::FixedState;

/// Words of a message that are compared: one bit each in a set of places.
pub(super) const WORDS: usize = 64;
/// A word of so many letters, all of them digits of hex, is an id although none is a number.
const HEX: usize = 8;
/// What stands for a word that differs.
const ANY: u64 = 0x9e37_79b9_7f4a_7c15;

/// The words of a message.
#[derive(Clone, Debug)]
pub(super) struct Words {
    /// Each as it counts at its place.
    parts: [u64; WORDS],
    /// How many there are.
    pub(super) len: usize,
    /// Those that say something: neither a number nor an id.
    pub(super) said: u64,
    /// Of those the ones that may turn out to differ: no method and no code of HTTP.
    pub(super) free: u64,
    /// Those of a path.
    pub(super) path: u64,
    /// All of it in one number.
    pub(super) sum: u64,
}

/// A word and what stands before it.
struct Word<'a> {
    before: &'a str,
    text: &'a str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A number or an id.
    Differs,
    /// A method or a code of HTTP, which says what happened.
    Kept,
    /// Any other.
    Plain,
    /// None: what stands behind the last one.
    End,
}

impl Words {
    /// Of a message that a service said at a level.
    pub(super) fn of(service: u32, level: u8, message: &str) -> Words {
        let (mut words, hasher) = (Words::none(), FixedState::default());
        words.sum = mix(u64::from(service) << 8 | u64::from(level), WORDS);
        for word in split(message) {
            let (place, bit) = (words.len, 1 << words.len);
            let before = match word.before.as_bytes() {
                [] => 0,
                blank if blank.iter().all(u8::is_ascii_whitespace) => u64::from(b' '),
                [one] => u64::from(*one),
                _ => {
                    let mut hash = hasher.build_hasher();
                    before(word.before, |text| hash.write(text.as_bytes()));
                    hash.finish()
                }
            };
            let text = if word.kind == Kind::Differs { ANY } else { hasher.hash_one(word.text) };
            // What stands between words is never any.
            words.sum = words.sum.wrapping_add(mix(before, place + 2 * WORDS));
            words.parts[place] = mix(text, place);
            words.sum = words.sum.wrapping_add(words.parts[place]);
            if matches!(word.kind, Kind::Plain | Kind::Kept) {
                words.said |= bit;
            }
            if word.kind == Kind::Plain {
                words.free |= bit;
            }
            if word.before.ends_with('/') {
                words.path |= bit;
            }
            words.len += 1;
        }
        words
    }

    fn none() -> Words {
        Words { parts: [0; WORDS], len: 0, said: 0, free: 0, path: 0, sum: 0 }
    }

    /// All of it in one number, where the words at these places are any.
    pub(super) fn without(&self, places: u64) -> u64 {
        let mut sum = self.sum;
        for place in self.places(places) {
            sum = sum.wrapping_sub(self.parts[place]).wrapping_add(mix(ANY, place));
        }
        sum
    }

    /// The words at these places are any from now on.
    pub(super) fn forget(&mut self, places: u64) {
        self.sum = self.without(places);
        for place in self.places(places).collect::<Vec<_>>() {
            self.parts[place] = mix(ANY, place);
        }
        self.said &= !places;
        self.free &= !places;
    }

    /// The places that there are of these, in order.
    pub(super) fn places(&self, mut places: u64) -> impl Iterator<Item = usize> + use<> {
        let len = self.len;
        std::iter::from_fn(move || {
            let place = places.trailing_zeros() as usize;
            places &= places.wrapping_sub(1);
            (place < len).then_some(place)
        })
    }
}

/// A word's hash at its place: what differs in a bit differs in all of them.
fn mix(hash: u64, place: usize) -> u64 {
    let both = u128::from(hash ^ (place as u64 + 1).wrapping_mul(0xd6e8_feb8_6659_fd93)) * 0xa076_1d64_78bd_642f;
    (both >> 64) as u64 ^ both as u64
}

/// What lines that are alike have in common, in one number: a service, a level, and what is said but for numbers and ids.
pub(super) fn shape(service: u32, level: u8, message: &str) -> u64 {
    Words::of(service, level, message).sum
}

/// A message with a `*` for each number and id, and for the words at these places.
pub(super) fn template(message: &str, any: u64) -> String {
    let mut out = String::with_capacity(message.len().min(256));
    for (place, word) in split(message).enumerate() {
        before(word.before, |text| out.push_str(text));
        let differs = word.kind == Kind::Differs || any & 1 << place.min(WORDS - 1) != 0;
        out.push_str(if differs && word.kind != Kind::End { "*" } else { word.text });
    }
    out
}

/// How many words a message has.
pub(super) fn count(message: &str) -> usize {
    split(message).count()
}

/// What stands between words, any number of blanks as one.
fn before(text: &str, mut put: impl FnMut(&str)) {
    let mut blank = false;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() {
            if !blank {
                put(" ");
            }
        } else {
            put(&text[at..at + c.len_utf8()]);
        }
        blank = c.is_whitespace();
    }
}

/// Which bytes stand between words.
const PARTS: [bool; 256] = {
    let (mut table, mut at, signs) = ([false; 256], 0, b" \t\n\r\x0c/=,:[](){}<>\"'`;|&?");
    while at < signs.len() {
        table[signs[at] as usize] = true;
        at += 1;
    }
    table
};

fn parts(c: u8) -> bool {
    PARTS[usize::from(c)]
}

/// The words of a message, what stands behind the last one as one more.
fn split(message: &str) -> impl Iterator<Item = Word<'_>> {
    let bytes = message.as_bytes();
    let (mut at, mut count, mut last, mut slash, mut ended) = (0, 0, "", Slash::default(), false);
    std::iter::from_fn(move || {
        if ended || count == WORDS {
            return None;
        }
        let from = at;
        at += bytes[at..].iter().take_while(|c| parts(**c)).count();
        let begin = at;
        at += bytes[at..].iter().take_while(|c| !parts(**c)).count();
        let (before, text) = (&message[from..begin], &message[begin..at]);
        ended = text.is_empty();
        count += 1;
        if ended {
            return (!before.is_empty()).then_some(Word { before, text, kind: Kind::End });
        }
        slash.see(before);
        let names_code = || ends_with(last, "status") || ends_with(last, "code");
        let next = bytes.get(at);
        let alone = || next.is_none_or(|c| c.is_ascii_whitespace() || matches!(c, b'"' | b',' | b'}' | b')' | b']'));
        // Behind the path, or in front of the method, as Tornado writes it.
        let is_beside = || slash.before && !slash.here || begins_with_method(&message[at..]);
        let is_code = is_code(text) && alone() && (is_beside() || names_code());
        last = text;
        let kind = match () {
            () if is_code || is_method(text) => Kind::Kept,
            () if differs(text) => Kind::Differs,
            () => Kind::Plain,
        };
        // Times, addresses and lists of numbers are one.
        while kind == Kind::Differs && matches!(bytes.get(at), Some(b':' | b',')) {
            let next = bytes[at + 1..].iter().take_while(|c| !parts(**c)).count();
            if !differs(&message[at + 1..at + 1 + next]) {
                break;
            }
            at += 1 + next;
        }
        Some(Word { before, text, kind })
    })
}

/// Whether a path stands in what is parted by blanks: in this part, and in the one before.
#[derive(Default)]
struct Slash {
    before: bool,
    here: bool,
}

impl Slash {
    fn see(&mut self, between: &str) {
        if matches!(between, "" | " ") {
            if !between.is_empty() {
                (self.before, self.here) = (self.here, false);
            }
            return;
        }
        let blank = between.rfind(|c: char| c.is_ascii_whitespace());
        let (behind, here) = between.split_at(blank.map_or(0, |at| at + 1));
        if blank.is_some() {
            (self.before, self.here) = (self.here || behind.contains('/'), false);
        }
        self.here |= here.contains('/');
    }
}

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];

fn is_method(word: &str) -> bool {
    word.as_bytes().first().is_some_and(u8::is_ascii_uppercase) && METHODS.contains(&word)
}

fn begins_with_method(text: &str) -> bool {
    text.strip_prefix(' ').and_then(|text| text.split(' ').next()).is_some_and(is_method)
}

fn is_code(word: &str) -> bool {
    matches!(word.as_bytes(), [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'])
}

fn ends_with(word: &str, end: &str) -> bool {
    word.len() >= end.len() && word.as_bytes()[word.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
}

/// Whether a word may differ among lines that are alike: numbers, ids.
fn differs(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.iter().any(u8::is_ascii_digit) || (bytes.len() >= HEX && bytes.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str) -> String {
        template(message, 0)
    }

    #[test]
    fn within_a_path_only_ids_differ_and_methods_and_codes_stay() {
        assert_eq!(of("GET /orders/17 200 12 ms"), "GET /orders/* 200 * ms");
        assert_eq!(of("GET /orders/17/items/3 504 812 ms"), "GET /orders/*/items/* 504 * ms");
        assert_eq!(of("GET / 200 3ms"), "GET / 200 *");
        assert_eq!(of("\"GET /a/b?id=7 HTTP/1.1\" 404 512"), "\"GET /a/b?id=* HTTP/*\" 404 *");
        assert_eq!(of("charged, status=503 after 250 ms"), "charged, status=503 after * ms");
        assert_eq!(of("200 orders in 300 ms"), "* orders in * ms");
        assert_eq!(of("404 GET /nope/7 (::1) 0.5ms"), "404 GET /nope/* (::*) *");
        assert_eq!(of("retry 300 TRACE-7"), "retry * *");
        assert_ne!(shape(1, 1, "GET /users/1 200"), shape(1, 1, "GET /orders/1 200"));
        assert_ne!(shape(1, 1, "GET /users/1 200"), shape(1, 1, "GET /users/1 500"));
        assert_eq!(shape(1, 1, "GET /users/1 200 5ms"), shape(1, 1, "GET /users/23 200 17ms"));
    }

    #[test]
    fn ids_times_addresses_and_lists_are_one_word_each() {
        assert_eq!(of("job=fbfbabce at 12:30:07 from 10.0.0.4:5002"), "job=* at * from *");
        assert_eq!(of("took [1,2,3] of (a, b)"), "took [*] of (a, b)");
        assert_eq!(shape(1, 1, "a  12   ms"), shape(1, 1, "a 7 ms"), "numbers in columns");
        assert_ne!(shape(1, 1, "a=b"), shape(1, 1, "a:b"));
        assert_ne!(shape(1, 1, "a"), shape(1, 2, "a"));
        assert_ne!(shape(1, 1, "a b"), shape(1, 1, "b a"));
        assert_eq!((of(""), of("é:")), (String::new(), "é:".to_owned()));
    }

    #[test]
    fn a_word_that_turned_out_to_differ_is_any() {
        let words = |message: &str| Words::of(1, 1, message);
        let (ana, bob) = (words("user ana logged in"), words("user bob logged in"));
        assert_ne!(ana.sum, bob.sum);
        assert_eq!(ana.without(0b10), bob.without(0b10));
        assert_eq!(ana.without(0b10), words("user 17 logged in").sum, "as an id is");
        let mut any = ana.clone();
        any.forget(0b10);
        assert_eq!((any.sum, any.without(0b10)), (bob.without(0b10), bob.without(0b10)));
        assert_eq!(template("user ana logged in", 0b10), "user * logged in");
        assert_eq!(count("user ana logged in"), 4);
    }

    #[test]
    fn no_message_is_too_long_or_too_strange() {
        for message in ["x ".repeat(500), "/".repeat(9_000), "é/ü=ß ".repeat(200), " \u{a0}\n\t".to_owned()] {
            assert!(Words::of(0, 0, &message).len <= WORDS && template(&message, u64::MAX).len() < 10_000);
        }
    }
}
