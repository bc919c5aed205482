//! A span of late, by itself: whose it is, on either side. The two sides of a call are two spans, but for Zipkin's, that share an
//! id. There are tens of thousands of them, and each span that comes looks for some: two words, as more is more memory to wait
//! for. Not who called whom.

use std::num::NonZeroU64;

use super::pairing::Party;
use super::{MOST_INSTANCES, MOST_SERVICES};

/// A span of late.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    asks: Side,
    works: Side,
    /// The span above it, where that may be of the same service: not of one that answers a call.
    pub(super) above: Option<NonZeroU64>,
}

impl Seen {
    /// Who made a call, and whether that failed for it.
    pub(super) fn asks(&self) -> Option<(Party, bool)> {
        self.asks.party().map(|party| (party, self.asks.0 & IN_VAIN != 0))
    }

    /// Who answered one, or worked.
    pub(super) fn works(&self) -> Option<Party> {
        self.works.party()
    }

    /// It makes a call; who did before.
    pub(super) fn ask(&mut self, party: Party, in_vain: bool) -> Option<Party> {
        let before = self.asks.party();
        self.asks = Side::of(party, in_vain);
        before
    }

    /// It answers one, or works; who did before.
    pub(super) fn work(&mut self, party: Party) -> Option<Party> {
        let before = self.works.party();
        self.works = Side::of(party, false);
        before
    }
}

/// Who is on a side of a call: the service, then one more than the instance or 0 for none, then two flags. Nobody: 0.
#[derive(Clone, Copy, Debug, Default)]
struct Side(u32);

const HERE: u32 = 1;
const IN_VAIN: u32 = 1 << 1;
const INSTANCE: u32 = 2;
const SERVICE: u32 = INSTANCE + 16;
const _: () = assert!(MOST_INSTANCES < (1 << 16) - 1 && MOST_SERVICES <= 1 << (32 - SERVICE));

impl Side {
    fn of(party: Party, in_vain: bool) -> Side {
        let instance = party.instance.map_or(0, |instance| instance + 1);
        let in_vain = if in_vain { IN_VAIN } else { 0 };
        Side(party.service << SERVICE | instance << INSTANCE | in_vain | HERE)
    }

    fn party(self) -> Option<Party> {
        let instance = (self.0 >> INSTANCE & 0xffff).checked_sub(1);
        (self.0 & HERE != 0).then_some(Party { service: self.0 >> SERVICE, instance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_a_span_are_kept_apart_up_to_the_last_service_and_the_last_instance() {
        assert!(size_of::<Seen>() == 16);
        let services = [0, 1, MOST_SERVICES as u32 - 1];
        let instances = [None, Some(0), Some(7), Some(MOST_INSTANCES as u32 - 1)];
        let parties = services.map(|service| instances.map(|instance| Party { service, instance }));
        let mut seen = Seen::default();
        let (mut asked, mut worked) = (None, None);
        for (n, party) in parties.into_iter().flatten().enumerate() {
            assert_eq!((seen.asks(), seen.works()), (asked, worked));
            let other = Party { service: 5, ..party };
            assert_eq!(seen.ask(party, n % 2 == 0), asked.map(|(party, _)| party));
            assert_eq!(seen.work(other), worked);
            (asked, worked) = (Some((party, n % 2 == 0)), Some(other));
        }
    }
}
