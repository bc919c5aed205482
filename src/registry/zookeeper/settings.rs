//! Settings that services read from the registry: `/config/<context>/<key>` as Spring Cloud ZooKeeper has it (context: a
//! service, a service and its profile, or `application` for all), and Dubbo's rules below `/dubbo/config/dubbo`. Only that
//! they changed is told, and who reads them; never a value.

use std::sync::Arc;

use crate::domain::fact::Setting;
use crate::zk::tree::{Change, below};

const SPRING: &str = "/config";
const DUBBO: &str = "/dubbo/config/dubbo";

/// Who reads the setting at this path, if it is one: a service, or all.
fn reader(path: &str) -> Option<(Option<Arc<str>>, bool)> {
    if below(path, DUBBO) {
        let key = path.strip_prefix(DUBBO)?.strip_prefix('/')?;
        // `<application or interface:version:group>.<kind of rule>`.
        return Some((key.rsplit_once('.').map(|(of, _)| of.into()), false));
    }
    if !below(path, SPRING) {
        return None;
    }
    let (context, _) = path.strip_prefix(SPRING)?.strip_prefix('/')?.split_once('/')?;
    let service = context.split(',').next().unwrap_or(context);
    Some(if service == "application" { (None, true) } else { (Some(service.into()), false) })
}

/// The change of a setting that this is, with the order of its transaction; `before`: the bytes that it had. A folder, which
/// holds nothing, is none.
pub(super) fn change(change: &Change, before: Option<&[u8]>) -> Option<(i64, Setting)> {
    let path = change.path();
    let (of, all) = reader(path)?;
    let had = before.is_some_and(|bytes| !bytes.is_empty());
    let (order, has, same) = match change {
        Change::Upsert(node) if node.stat.ephemeral_owner != 0 => return None,
        Change::Upsert(node) => (node.stat.mzxid, !node.data.is_empty(), before == Some(&*node.data)),
        Change::Gone(_) => (i64::MAX, false, false),
        Change::Hidden(..) | Change::Access(..) => return None,
    };
    (!same && (had || has)).then(|| (order, Setting { path: path.clone(), of, all, before: had, after: has }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_a_setting_is_told_by_its_place() {
        let of = |path: &str| reader(path).map(|(of, all)| (of.as_deref().map(str::to_owned), all));
        assert_eq!(of("/config/orders/payment/timeout-ms"), Some((Some("orders".into()), false)));
        assert_eq!(of("/config/orders,prod/pool-size"), Some((Some("orders".into()), false)));
        assert_eq!(of("/config/application/feature-x"), Some((None, true)));
        assert_eq!(of("/dubbo/config/dubbo/orders.configurators"), Some((Some("orders".into()), false)));
        assert_eq!(
            (of("/config"), of("/config/orders"), of("/configs/orders/x"), of("/orders/1.2.3.4:5")),
            (None, None, None, None)
        );
    }
}
