//! What access lists let us do, as far as a client can know. The server has the last word: what is not known counts as
//! allowed.

use zookeeper_client::{Acl, Client, Error, Permission};

/// What the access list of one znode grants us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// To set its data.
    pub set: bool,
    /// To delete its children: in ZooKeeper that is the parent's to grant.
    pub delete_below: bool,
    /// To make children.
    pub create_below: bool,
}

impl Access {
    /// Everything.
    pub const ALL: Access = Access { set: true, delete_below: true, create_below: true };

    /// What this list grants us, `digest:ana` or `sasl:ana`.
    pub fn of(acls: &[Acl], user: Option<&str>) -> Access {
        let granted = |permission| acls.iter().any(|acl| grants(acl, permission, user));
        Access {
            set: granted(Permission::WRITE),
            delete_below: granted(Permission::DELETE),
            create_below: granted(Permission::CREATE),
        }
    }

    /// Asks for the access list of a znode.
    ///
    /// # Errors
    /// The link's; that the list may not be read is none.
    pub async fn ask(client: &Client, path: &str, user: Option<&str>) -> Result<Access, Error> {
        match client.get_acl(path).await {
            Ok((acls, _)) => Ok(Access::of(&acls, user)),
            Err(Error::NoNode | Error::NoAuth) => Ok(Access::ALL),
            Err(e) => Err(e),
        }
    }
}

/// A digest's id begins with its user; whether the password is right, only the server knows. With SASL the id is the user, and
/// nobody who came without it is one. Schemes that go by the connection (ip, x509) may be ours, and so may everything be
/// `super`'s.
fn grants(acl: &Acl, permission: Permission, user: Option<&str>) -> bool {
    let (scheme, user) = user.and_then(|user| user.split_once(':')).unzip();
    acl.permission().has(permission)
        && match acl.scheme() {
            own @ ("digest" | "sasl") => {
                let named = if own == "digest" { acl.id().split(':').next() } else { Some(acl.id()) };
                user == Some("super") || scheme == Some(own) && user == named
            }
            _ => true,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zookeeper_client::AuthId;

    #[test]
    fn an_access_list_is_read_as_far_as_it_can_be() {
        let acl = |permission, scheme, id| Acl::new(permission, AuthId::new(scheme, id));
        let anas = [acl(Permission::ALL, "digest", "ana:hash="), acl(Permission::READ, "world", "anyone")];
        assert_eq!(Access::of(&anas, Some("digest:ana")), Access::ALL);
        let nothing = Access { set: false, delete_below: false, create_below: false };
        assert_eq!([None, Some("digest:bob"), Some("sasl:ana")].map(|who| Access::of(&anas, who)), [nothing; 3]);
        let anas = [acl(Permission::ALL, "sasl", "ana")];
        assert_eq!(Access::of(&anas, Some("sasl:ana")), Access::ALL);
        assert_eq!([None, Some("sasl:an"), Some("digest:ana")].map(|who| Access::of(&anas, who)), [nothing; 3]);
        assert_eq!(Access::of(&anas, Some("sasl:super")), Access::ALL);
        let some = [acl(Permission::WRITE, "world", "anyone"), acl(Permission::DELETE, "ip", "127.0.0.1")];
        assert_eq!(Access::of(&some, None), Access { create_below: false, ..Access::ALL });
    }
}
