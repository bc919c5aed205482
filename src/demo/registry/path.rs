//! Paths of nodes: which are allowed, and how to walk up. No tree here.

use super::proto::Code;

/// Whether ZooKeeper would take the path: absolute, no empty, `.` or `..` part, no trailing slash, no control
/// characters.
pub(super) fn validate(path: &str) -> Result<(), Code> {
    let Some(below) = path.strip_prefix('/') else { return Err(Code::BadArguments) };
    let parts_fit = below.is_empty() || below.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let forbidden = |c: char| c.is_control() || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}');
    if parts_fit && !path.contains(forbidden) { Ok(()) } else { Err(Code::BadArguments) }
}

/// The parent's path; the root has none.
pub(super) fn parent(path: &str) -> Option<&str> {
    match path.rsplit_once('/')? {
        ("", "") => None,
        ("", _) => Some("/"),
        (parent, _) => Some(parent),
    }
}

/// The last part of a path.
pub(super) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The path itself, its parent, and so on up to the root.
pub(super) fn upwards(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| parent(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_zookeeper_takes_pass() {
        for good in ["/", "/a", "/a/b.c/d-e", "/a/...", "/ä/日本", "/a b"] {
            assert_eq!(validate(good), Ok(()), "{good}");
        }
        for bad in ["", "a", "/a/", "//a", "/a//b", "/a/./b", "/..", "/a\0", "/a\u{1b}[31m", "/a\u{85}", "/\u{ffff}"] {
            assert_eq!(validate(bad), Err(Code::BadArguments), "{bad:?}");
        }
    }

    #[test]
    fn walking_up_ends_at_the_root() {
        assert_eq!(upwards("/a/b/c").collect::<Vec<_>>(), ["/a/b/c", "/a/b", "/a", "/"]);
        assert_eq!((parent("/"), name("/a/b")), (None, "b"));
    }
}
