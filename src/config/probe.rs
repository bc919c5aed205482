//! Which addresses may be contacted for health, circuits and metrics.
//!
//! Whoever writes to the registry chooses where Keepwatch connects, so some ranges are never contacted (cloud metadata
//! lives on link-local) and loopback only where the registry itself is on loopback or the operator named it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::reader::Wrong;

/// A range of addresses, `10.0.0.0/8`; a single address is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    base: IpAddr,
    bits: u8,
}

impl Cidr {
    /// Whether the address lies within. An IPv4 address written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(a)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                u32::from(base) & mask == u32::from(a) & mask
            }
            (IpAddr::V6(base), IpAddr::V6(a)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                u128::from(base) & mask == u128::from(a) & mask
            }
            _ => false,
        }
    }
}

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Cidr, String> {
        let wrong = || "a range is ADDRESS/BITS, as 10.0.0.0/8".to_owned();
        let (base, bits) = text.split_once('/').map_or((text, None), |(base, bits)| (base, Some(bits)));
        let base: IpAddr = base.trim_matches(['[', ']']).parse().map_err(|_| wrong())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => most,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().map_err(|_| wrong())?,
            Some(_) => return Err(wrong()),
        };
        if bits > most { Err(format!("the bits of this range are 0 to {most}")) } else { Ok(Cidr { base, bits }) }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

/// What `--probe` allows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Probe {
    /// Every address, less the denied ones.
    #[default]
    All,
    /// None.
    Off,
    /// Addresses in one of these ranges, less the denied ones.
    Only(Vec<Cidr>),
}

impl Probe {
    /// Why this address may not be contacted, as the detail of its health says it; `None` when it may.
    /// `local` is whether the registry itself is on loopback.
    pub fn denies(&self, address: IpAddr, port: u16, local: bool) -> Option<String> {
        let address = address.to_canonical();
        let named = match self {
            Probe::Off => return Some("not probed: probing is off".into()),
            Probe::Only(ranges) if !ranges.iter().any(|r| r.contains(address)) => {
                let list = ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                return Some(format!("not probed: outside {list}"));
            }
            Probe::Only(_) => true,
            Probe::All => false,
        };
        if port == 0 {
            return Some("not probed: nobody listens on port 0".into());
        }
        let kind = denied(address)?;
        (kind != LOOPBACK || !(local || named)).then(|| format!("not probed: {address} is {kind}"))
    }
}

const LOOPBACK: &str = "loopback, and the registry is not";

/// What kind of address this is, where it is one that no service is reached by.
fn denied(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(a) if a.is_loopback() => Some(LOOPBACK),
        IpAddr::V4(a) if a.is_link_local() => Some("link-local, where clouds keep their metadata"),
        IpAddr::V4(a) if a.is_multicast() => Some("multicast"),
        IpAddr::V4(a) if a.is_broadcast() || a.octets()[0] == 0 => Some("no address of a host"),
        IpAddr::V6(a) if a == Ipv6Addr::LOCALHOST => Some(LOOPBACK),
        IpAddr::V6(a) if a.is_unicast_link_local() => Some("link-local, where clouds keep their metadata"),
        // The IPv6 address of Amazon's metadata service.
        IpAddr::V6(a) if a.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => {
            Some("where clouds keep their metadata")
        }
        IpAddr::V6(a) if a.is_multicast() => Some("multicast"),
        IpAddr::V6(a) if a.is_unspecified() => Some("no address of a host"),
        // An IPv4 address inside 64:ff9b::/96 or ::/96 is reached as that IPv4 address.
        IpAddr::V6(a) if a.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] || a.segments()[..6] == [0; 6] => {
            let [.., b0, b1, b2, b3] = a.octets();
            denied(IpAddr::V4(Ipv4Addr::new(b0, b1, b2, b3)))
        }
        _ => None,
    }
}

impl FromStr for Probe {
    type Err = String;

    fn from_str(text: &str) -> Result<Probe, String> {
        match text.trim() {
            "all" => Ok(Probe::All),
            "off" => Ok(Probe::Off),
            "" => Err("write all, off, or ranges as 10.0.0.0/8,192.168.1.7".into()),
            list => list.split(',').map(|range| range.trim().parse()).collect::<Result<_, _>>().map(Probe::Only),
        }
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Probe::All => f.write_str("all"),
            Probe::Off => f.write_str("off"),
            Probe::Only(ranges) => f.write_str(&ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")),
        }
    }
}

/// Reads it as the file writes it.
pub fn read(text: &str) -> Result<Probe, Wrong> {
    text.parse().map_err(|what: String| Wrong::new(what, "all, off, or ranges with commas: 10.0.0.0/8,192.168.1.7"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(probe: &str, address: &str, local: bool) -> bool {
        probe.parse::<Probe>().unwrap().denies(address.parse().unwrap(), 80, local).is_none()
    }

    #[test]
    fn ranges_hold_what_they_say() {
        assert!(may("10.0.0.0/8,192.168.1.7", "10.255.0.1", false));
        assert!(may("10.0.0.0/8,192.168.1.7", "192.168.1.7", false));
        assert!(!may("10.0.0.0/8,192.168.1.7", "192.168.1.8", false));
        assert!(may("0.0.0.0/0", "8.8.8.8", false));
        assert!(may("2001:db8::/32", "2001:db8::1", false));
        assert!(may("10.0.0.0/8", "::ffff:10.1.2.3", false));
        assert!(!may("off", "10.0.0.1", true));
    }

    #[test]
    fn denied_addresses_stay_denied_whatever_is_asked() {
        for address in ["169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "::", "ff02::1", "::ffff:169.254.169.254"]
        {
            assert!(!may("all", address, true), "{address}");
            assert!(!may(address, address, true), "{address}");
        }
        assert!(!may("all", "64:ff9b::a9fe:a9fe", true));
        assert!(Probe::All.denies([10, 0, 0, 1].into(), 0, true).is_some());
    }

    #[test]
    fn loopback_needs_a_local_registry_or_its_name() {
        assert!(may("all", "127.0.0.1", true) && !may("all", "127.0.0.1", false));
        assert!(may("127.0.0.0/8", "127.0.0.1", false));
        assert!(!may("all", "::1", false) && !may("all", "::ffff:127.0.0.1", false));
    }

    #[test]
    fn the_reason_names_the_ranges() {
        let probe: Probe = "127.0.0.0/8".parse().unwrap();
        assert_eq!(probe.denies([10, 0, 0, 1].into(), 80, true).unwrap(), "not probed: outside 127.0.0.0/8");
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "some", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/-1", "10.0.0.0/8,", "10.0.0.0/+8"] {
            assert!(text.parse::<Probe>().is_err(), "{text}");
        }
    }
}
