//! A weight that goes up or down by steps: `1..10`, over some time.

use std::fmt;
use std::str::FromStr;

/// Steps of a ramp at most.
const MOST: i64 = 60;
/// The shortest time between two steps, in ms: a caller has to notice one before the next.
const SHORTEST_MS: i64 = 1_000;
/// The largest weight.
const HEAVIEST: i64 = i32::MAX as i64;

/// From one weight to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// The first weight that is set, from 1.
    pub from: i64,
    /// The last one, another.
    pub to: i64,
}

impl Ramp {
    /// The weights that are set one after the other, and the time between two of them in ms; the first one is set at once,
    /// the last when `over_ms` are over. As many steps as there is time and reason for.
    pub fn steps(self, over_ms: i64) -> (Vec<i64>, i64) {
        let far = (self.to - self.from).abs();
        let most = (over_ms / SHORTEST_MS).clamp(1, MOST - 1).min(far);
        let at =
            |n: i64| self.from + ((self.to - self.from) * n * 2 + most * (self.to - self.from).signum()) / (most * 2);
        ((0..=most).map(at).collect(), over_ms / most)
    }
}

impl FromStr for Ramp {
    type Err = String;

    fn from_str(text: &str) -> Result<Ramp, String> {
        let weight = |text: &str| text.parse::<i64>().ok().filter(|n| (0..=HEAVIEST).contains(n));
        let (from, to) = text.split_once("..").ok_or("a ramp is FROM..TO, as 1..10")?;
        match (weight(from), weight(to)) {
            (Some(0), Some(_)) | (Some(_), Some(0)) => {
                Err("a weight of 0 is a drain: a ramp goes from 1 or down to 1; `drain` takes the rest".into())
            }
            (Some(from), Some(to)) if from == to => Err("a ramp goes from one weight to another".into()),
            (Some(from), Some(to)) => Ok(Ramp { from, to }),
            _ => Err("a ramp goes from one whole number from 1 to another, as 1..10".into()),
        }
    }
}

impl fmt::Display for Ramp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

/// A weight, or a ramp of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// One.
    One(i64),
    /// Several.
    Ramp(Ramp),
}

impl FromStr for Weights {
    type Err = String;

    fn from_str(text: &str) -> Result<Weights, String> {
        if text.contains("..") {
            return text.parse().map(Weights::Ramp);
        }
        match text.parse::<i64>() {
            Ok(n) if (0..=HEAVIEST).contains(&n) => Ok(Weights::One(n)),
            _ => Err(format!("a weight is a whole number from 0 to {HEAVIEST}, or a ramp of them as 1..10")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str, over_ms: i64) -> (Vec<i64>, i64) {
        text.parse::<Ramp>().unwrap().steps(over_ms)
    }

    #[test]
    fn a_ramp_sets_each_weight_between_in_even_time() {
        assert_eq!(steps("1..10", 300_000), ((1..=10).collect(), 33_333));
        assert_eq!(steps("10..7", 3_000), (vec![10, 9, 8, 7], 1_000));
        assert_eq!(steps("1..2", 0), (vec![1, 2], 0));
    }

    #[test]
    fn with_less_time_or_far_to_go_it_takes_larger_steps_and_ends_where_it_was_told() {
        let (weights, every) = steps("1..101", 4_000);
        assert_eq!((weights, every), (vec![1, 26, 51, 76, 101], 1_000));
        for text in ["1..100000", "100000..3", "5..2147483647"] {
            let ramp: Ramp = text.parse().unwrap();
            let (weights, _) = ramp.steps(3_600_000);
            assert_eq!((weights.first(), weights.last()), (Some(&ramp.from), Some(&ramp.to)), "{text}");
            assert!(weights.len() <= 60 && (weights.is_sorted() || weights.iter().rev().is_sorted()));
        }
    }

    #[test]
    fn what_is_no_ramp_is_refused() {
        for text in ["", "5", "0..10", "3..0", "1..", "..5", "5..5", "-1..5", "1..x", "1..9999999999", "1...5"] {
            assert!(text.parse::<Ramp>().is_err(), "{text}");
        }
        assert_eq!("5".parse(), Ok(Weights::One(5)));
        assert!("-5".parse::<Weights>().is_err() && "1.5".parse::<Weights>().is_err());
    }
}
