//! Access lists: who a connection is, what a list allows it, and which lists are taken. Enforced by the requests.

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::jute::{Malformed, Reader, Writer};
use super::proto::Code;

/// Permissions, as bits.
pub(super) mod perm {
    pub(in super::super) const READ: i32 = 1;
    pub(in super::super) const WRITE: i32 = 2;
    pub(in super::super) const CREATE: i32 = 4;
    pub(in super::super) const DELETE: i32 = 8;
    pub(in super::super) const ADMIN: i32 = 16;
    pub(in super::super) const ALL: i32 = 31;
}

/// A name in one of the ways to name somebody: `world`, `digest`, `ip`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) scheme: String,
    pub(super) id: String,
}

/// One line of an access list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Acl {
    pub(super) perms: i32,
    pub(super) who: Id,
}

/// An access list, shared between the nodes made with it.
pub(super) type AclList = Arc<[Acl]>;

/// Everybody may do everything.
pub(super) fn open() -> AclList {
    [Acl { perms: perm::ALL, who: Id { scheme: "world".into(), id: "anyone".into() } }].into()
}

pub(super) fn read_list(input: &mut Reader<'_>) -> Result<Vec<Acl>, Malformed> {
    input.vector(|input| {
        let perms = input.i32()?;
        let who = Id { scheme: input.string()?.to_owned(), id: input.string()?.to_owned() };
        Ok(Acl { perms, who })
    })
}

/// Writes a list. Who may not administer the node sees names only: `user:x`, never the hash of a password.
pub(super) fn write_list(list: &[Acl], admin: bool, out: &mut Writer) {
    out.count(list.len());
    for acl in list {
        out.i32(acl.perms).string(&acl.who.scheme);
        match acl.who.id.split_once(':') {
            Some((user, _)) if acl.who.scheme == "digest" && !admin => out.string(&format!("{user}:x")),
            _ => out.string(&acl.who.id),
        };
    }
}

/// Who is at the other end of a connection: its address, and the users that it has proved to be.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    address: IpAddr,
    users: Vec<String>,
}

impl Identity {
    /// More users than this are not taken from one connection.
    const MOST_USERS: usize = 64;

    pub(super) fn new(address: IpAddr) -> Identity {
        Identity { address, users: Vec::new() }
    }

    /// Takes a proof: for `digest`, `USER:PASSWORD`. Of the password only the hash is kept.
    pub(super) fn add(&mut self, scheme: &str, proof: &[u8]) -> Result<(), Code> {
        let proof = std::str::from_utf8(proof).map_err(|_| Code::AuthFailed)?;
        let user = proof.split(':').next().unwrap_or_default();
        if scheme != "digest" || self.users.len() >= Identity::MOST_USERS {
            return Err(Code::AuthFailed);
        }
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, proof.as_bytes());
        let id = format!("{user}:{}", BASE64.encode(hash));
        if !self.users.contains(&id) {
            self.users.push(id);
        }
        Ok(())
    }

    /// Whether the list gives one of the permissions asked for. An empty list forbids nothing.
    pub(super) fn may(&self, perms: i32, list: &[Acl]) -> Result<(), Code> {
        let allowed = |acl: &Acl| acl.perms & perms != 0 && self.is(&acl.who);
        if list.is_empty() || list.iter().any(allowed) { Ok(()) } else { Err(Code::NoAuth) }
    }

    fn is(&self, who: &Id) -> bool {
        match who.scheme.as_str() {
            "world" => who.id == "anyone",
            "digest" => self.users.contains(&who.id),
            "ip" => Network::parse(&who.id).is_some_and(|network| network.holds(self.address)),
            _ => false,
        }
    }

    /// The list as it will be kept: `auth` becomes the users of this connection. Empty or senseless lists are refused.
    pub(super) fn settle(&self, asked: Vec<Acl>) -> Result<AclList, Code> {
        let mut kept: Vec<Acl> = Vec::with_capacity(asked.len());
        let mut keep = |acl: Acl| {
            if !kept.contains(&acl) {
                kept.push(acl);
            }
        };
        for acl in asked {
            let fits = match acl.who.scheme.as_str() {
                "world" => acl.who.id == "anyone",
                "digest" => acl.who.id.split(':').count() == 2,
                "ip" => Network::parse(&acl.who.id).is_some(),
                "auth" => {
                    for user in &self.users {
                        keep(Acl { perms: acl.perms, who: Id { scheme: "digest".into(), id: user.clone() } });
                    }
                    !self.users.is_empty()
                }
                _ => false,
            };
            if !fits {
                return Err(Code::InvalidAcl);
            }
            if acl.who.scheme != "auth" {
                keep(acl);
            }
        }
        if kept.is_empty() { Err(Code::InvalidAcl) } else { Ok(kept.into()) }
    }

    /// Scheme and name of everything that this connection is known by; no hashes.
    pub(super) fn names(&self) -> Vec<(&'static str, String)> {
        let user = |id: &String| ("digest", id.split(':').next().unwrap_or_default().to_owned());
        std::iter::once(("ip", self.address.to_string())).chain(self.users.iter().map(user)).collect()
    }
}

/// An address, or a range of them by the number of leading bits.
struct Network {
    bits: u128,
    mask: u128,
}

impl Network {
    fn parse(text: &str) -> Option<Network> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (width, offset) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let length = length.unwrap_or(width);
        if length > width {
            return None;
        }
        let mask = u128::MAX.checked_shl(128 - (offset + length)).unwrap_or(0);
        Some(Network { bits: Network::bits(address), mask })
    }

    fn bits(address: IpAddr) -> u128 {
        match address {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
            IpAddr::V6(v6) => v6.to_bits(),
        }
    }

    fn holds(&self, address: IpAddr) -> bool {
        Network::bits(address) & self.mask == self.bits & self.mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acl(perms: i32, scheme: &str, id: &str) -> Acl {
        Acl { perms, who: Id { scheme: scheme.into(), id: id.into() } }
    }

    fn local() -> Identity {
        Identity::new([127, 0, 0, 1].into())
    }

    #[test]
    fn a_digest_is_zookeepers_own() {
        let mut ana = local();
        ana.add("digest", b"super:admin").unwrap();
        // From ZooKeeper's own documentation of DigestAuthenticationProvider.
        let list = [acl(perm::READ, "digest", "super:xQJmxLMiHGwaqBvst5y6rkB6HQs=")];
        assert_eq!(ana.may(perm::READ, &list), Ok(()));
        assert_eq!(ana.may(perm::WRITE, &list), Err(Code::NoAuth));
        assert_eq!(local().may(perm::READ, &list), Err(Code::NoAuth));
        assert_eq!(ana.names(), [("ip", "127.0.0.1".to_owned()), ("digest", "super".to_owned())]);
    }

    #[test]
    fn addresses_match_by_their_leading_bits() {
        let may = |id: &str| local().may(perm::READ, &[acl(perm::READ, "ip", id)]).is_ok();
        assert!(may("127.0.0.1") && may("127.0.0.0/8") && may("0.0.0.0/0"));
        assert!(!may("127.0.0.2") && !may("10.0.0.0/8") && !may("::1") && !may("127.0.0.1/33"));
    }

    #[test]
    fn lists_are_settled_or_refused() {
        let mut ana = local();
        assert_eq!(ana.settle(vec![]), Err(Code::InvalidAcl));
        assert_eq!(ana.settle(vec![acl(31, "auth", "")]), Err(Code::InvalidAcl), "nobody yet");
        assert_eq!(ana.settle(vec![acl(31, "world", "somebody")]), Err(Code::InvalidAcl));
        assert_eq!(ana.settle(vec![acl(31, "sasl", "x")]), Err(Code::InvalidAcl));
        ana.add("digest", b"ana:secret").unwrap();
        let settled = ana.settle(vec![acl(31, "auth", ""), acl(31, "auth", "")]).unwrap();
        assert_eq!(settled.len(), 1);
        assert!(settled[0].who.scheme == "digest" && settled[0].who.id.starts_with("ana:"));
    }
}
