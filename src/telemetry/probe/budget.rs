//! How fast and in what rhythm instances are asked: a ticket for every request, and periods that stretch with the number of
//! instances, so that the whole stays within one rate. Not who comes next (`queue`).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Requests per second in all.
pub const RATE: u32 = 200;

/// Requests per second that the rhythm plans for; the rest is for finding out, for whole health and for second looks.
const PLANNED: f64 = 150.0;

/// The part of these that may go to the selected and the ill, who are asked first.
const PLANNED_FIRST: f64 = 90.0;

/// The shortest time between two rounds at one instance.
pub const BASE: Duration = Duration::from_secs(2);

/// Hands out one ticket each 1/200 s, in the order in which they are asked for. Tickets that nobody wanted are not saved up.
#[derive(Debug)]
pub struct Budget {
    next: Mutex<Instant>,
}

impl Budget {
    /// A full one.
    pub fn new() -> Budget {
        Budget { next: Mutex::new(Instant::now()) }
    }

    /// Waits for the next ticket.
    pub async fn ticket(&self) {
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let at = (*next).max(Instant::now());
            *next = at + Duration::from_secs(1) / RATE;
            at
        };
        sleep_until(at).await;
    }
}

/// The periods of those who come first and of the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// For selected and ill instances.
    pub first: Duration,
    /// For all others.
    pub rest: Duration,
}

impl Periods {
    /// For the number of requests that one round of each class takes.
    pub fn of(first: f64, rest: f64) -> Periods {
        let period = |requests: f64, rate: f64| Duration::from_secs_f64((requests / rate).max(BASE.as_secs_f64()));
        let alone = if rest == 0.0 { PLANNED } else { PLANNED_FIRST };
        let of_first = period(first, alone);
        let left = PLANNED - first / of_first.as_secs_f64();
        Periods { first: of_first, rest: period(rest, left) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_stretch_with_the_number_of_instances_and_never_exceed_the_rate() {
        let seconds = |first, rest| {
            let periods = Periods::of(first, rest);
            (periods.first.as_secs_f64(), periods.rest.as_secs_f64())
        };
        assert_eq!(seconds(0.0, 14.0), (2.0, 2.0));
        assert_eq!(seconds(5.0, 250.0), (2.0, 2.0));
        let (first, rest) = seconds(10.0, 10_000.0);
        assert!(first == 2.0 && (65.0..75.0).contains(&rest), "{rest}");
        for (few, many) in [(0.0, 0.0), (10_000.0, 0.0), (10_000.0, 10_000.0), (150.0, 300.0), (1.0, 1_000.0)] {
            let (first, rest) = seconds(few, many);
            assert!(few / first + many / rest <= PLANNED + 0.1, "{few} {many}");
        }
    }

    #[tokio::test]
    async fn tickets_keep_their_distance_and_are_not_saved_up() {
        let budget = Budget { next: Mutex::new(Instant::now() - Duration::from_secs(60)) };
        let begin = Instant::now();
        for _ in 0..=20 {
            budget.ticket().await;
        }
        assert!(begin.elapsed() >= Duration::from_millis(100), "{:?}", begin.elapsed());
    }
}
