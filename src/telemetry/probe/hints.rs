//! What registry and configuration tell about where an instance's health is: path, port, scheme. A writer of the registry
//! is no friend: a path that might act, or that means something else than it says, is not asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::id::InstanceId;
use crate::domain::instance::Instance;

/// Where to ask, as far as anybody said; `None` and empty where it has to be found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// The path of the health page. When given, no other is tried.
    pub path: Option<Arc<str>>,
    /// The port, when it is not the instance's own.
    pub port: Option<u16>,
    /// Whether it is spoken to by TLS.
    pub https: bool,
    /// What stands before every conventional path (`/manage`), without a `/` at its end.
    pub base: Arc<str>,
    /// What the instance's own port speaks, where that is not HTTP: it is not asked there unless somebody names a page.
    pub speaks: Option<Arc<str>>,
}

/// Keys of metadata that name a health page.
const PATH_KEYS: &[&str] = &["health.path", "health-check-url-path", "healthCheckUrlPath"];

/// Words that no path may hold: pages of that name act, cost much, or tell secrets.
const FORBIDDEN: &[&str] = &["shutdown", "heapdump", "threaddump", "quitquitquit", "drain", "offline"];

/// Steps that no path may have, though other words may hold them.
const FORBIDDEN_STEPS: &[&str] = &["env", "fail", "..", "."];

/// The longest path that is asked for, in bytes.
const LONGEST: usize = 512;

impl Hints {
    /// From an instance's metadata. What the configuration says is laid over it by [`Hints::over`].
    pub fn from_metadata(metadata: &BTreeMap<Arc<str>, Arc<str>>) -> Hints {
        let get = |key: &str| metadata.get(key).map(|value| value.trim()).filter(|value| !value.is_empty());
        let rooted = |path: &str| if path.starts_with('/') { path.into() } else { format!("/{path}").into() };
        let base = get("management.context-path").map(rooted).unwrap_or_default();
        Hints {
            path: PATH_KEYS.iter().find_map(|key| get(key)).map(rooted),
            port: get("management.port").and_then(|port| port.parse().ok()).filter(|port| *port != 0),
            https: get("secure").is_some_and(|value| value.eq_ignore_ascii_case("true")),
            base: if base.ends_with('/') { base.trim_end_matches('/').into() } else { base },
            speaks: None,
        }
    }

    /// From all that an instance tells of itself.
    pub fn from_instance(instance: &Instance) -> Hints {
        let hints = Hints::from_metadata(&instance.metadata);
        let more = instance.more.as_deref();
        let (speaks, page_port) = more.map(|more| (more.speaks.clone(), more.page_port)).unwrap_or_default();
        Hints { port: hints.port.or(page_port), speaks, ..hints }
    }

    /// Why its own port is not asked, in words: it speaks something else, and neither a page nor another port is named.
    pub fn not_http(&self, id: &InstanceId) -> Option<String> {
        let speaks = self.speaks.as_ref().filter(|_| self.path.is_none() && self.port.is_none())?;
        let (port, service) = (id.address.port(), &id.service);
        Some(format!(
            "not asked: {port} speaks {speaks}, not HTTP; services.{service}.health in the configuration names a page"
        ))
    }

    /// These, and where they say nothing, what `under` says.
    pub fn over(self, under: Hints) -> Hints {
        Hints {
            path: self.path.or(under.path),
            port: self.port.or(under.port),
            https: self.https || under.https,
            base: if self.base.is_empty() { under.base } else { self.base },
            speaks: self.speaks.or(under.speaks),
        }
    }

    /// Why these cannot be followed, in words; `None` when they can.
    pub fn refused(&self) -> Option<String> {
        let paths = [self.path.as_deref(), Some(&*self.base).filter(|base| !base.is_empty())];
        let bad = paths.into_iter().flatten().find(|path| !is_harmless(path))?;
        let shown = &bad[..bad.floor_char_boundary(80)];
        Some(format!("not probed: its path {shown:?} may act, or is none; only pages that tell are asked for"))
    }
}

/// Whether a path from outside may be asked for.
pub fn is_harmless(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    path.starts_with('/')
        && path.len() <= LONGEST
        && path
            .bytes()
            .all(|b| b.is_ascii_graphic() && !matches!(b, b'%' | b'\\' | b'#' | b'"' | b'<' | b'>' | b'{' | b'}'))
        && !path.starts_with("//")
        && !FORBIDDEN.iter().any(|word| lower.contains(word))
        && !lower.split(['/', '?', '&', '=', ';']).any(|step| FORBIDDEN_STEPS.contains(&step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Hints {
        Hints::from_metadata(&pairs.iter().map(|(key, value)| (Arc::from(*key), Arc::from(*value))).collect())
    }

    #[test]
    fn metadata_names_path_port_and_base() {
        let hints =
            of(&[("health.path", "manage/health"), ("management.port", "9001"), ("management.context-path", "/m/")]);
        assert_eq!(
            hints,
            Hints { path: Some("/manage/health".into()), port: Some(9001), base: "/m".into(), ..Hints::default() }
        );
        assert_eq!(of(&[("management.port", "0"), ("health.path", " ")]), Hints::default());
        let configured = Hints { path: Some("/live".into()), ..Hints::default() };
        assert_eq!(configured.over(hints).path.as_deref(), Some("/live"));
    }

    #[test]
    fn a_port_that_speaks_something_else_is_not_asked_unless_a_page_is_named() {
        let speaks = Hints { speaks: Some("dubbo".into()), ..Hints::default() };
        let id = InstanceId { service: "shop".into(), address: "10.0.0.1:20880".parse().unwrap() };
        let words = "not asked: 20880 speaks dubbo, not HTTP; services.shop.health in the configuration names a page";
        assert_eq!(speaks.not_http(&id).as_deref(), Some(words));
        assert_eq!(Hints::default().not_http(&id), None);
        let named = Hints { path: Some("/health".into()), ..Hints::default() };
        assert_eq!(named.over(speaks.clone()).not_http(&id), None);
        assert_eq!(Hints { port: Some(22222), ..speaks }.not_http(&id), None);
    }

    #[test]
    fn paths_that_may_act_are_refused() {
        for path in [
            "/actuator/shutdown",
            "/a/ShutDown",
            "/quitquitquit",
            "/actuator/env",
            "/x?env",
            "/drain_listeners",
            "/healthcheck/fail",
        ] {
            assert!(!is_harmless(path), "{path}");
        }
        for path in ["", "health", "//other/health", "/a/../b", "/%73hutdown", "/a b", "/a\\b", "/\u{202e}a", "/a#b"] {
            assert!(!is_harmless(path), "{path}");
        }
        for path in
            ["/health", "/environment/health", "/readyz?verbose", "/failover/health", "/v1/health/service/redis"]
        {
            assert!(is_harmless(path), "{path}");
        }
        assert!(of(&[("health.path", "/actuator/shutdown")]).refused().unwrap().starts_with("not probed: "));
        assert!(of(&[("health.path", "/health")]).refused().is_none());
    }
}
