//! Patterns of paths: `/apps/{service}/{id}`. A part in braces takes one name of the path, `{part*}` one or more, and a name may
//! hold fixed letters around one part.

/// Names of a path that are looked at; ZooKeeper's trees are not as deep.
const DEEPEST: usize = 64;

/// A pattern of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// As it was written.
    text: String,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Fixed(String),
    /// What stands before the part, its name, what stands behind it.
    Part(String, String, String),
    /// One or more names.
    Many(String),
}

/// What a path gives for a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'a> {
    /// The service's name, as it stands in the path.
    pub service: &'a str,
    /// The path down to that name.
    pub home: &'a str,
    /// The other parts.
    parts: Vec<(String, &'a str)>,
}

impl<'a> Match<'a> {
    /// What the path gives for a part.
    pub fn part(&self, name: &str) -> Option<&'a str> {
        if name == "service" {
            return Some(self.service);
        }
        self.parts.iter().find(|(part, _)| part == name).map(|(_, value)| *value)
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A clause: what is wrong with it.
    pub fn read(text: &str) -> Result<Pattern, String> {
        let Some(names) = text.strip_prefix('/').filter(|names| !names.is_empty()) else {
            return Err("a pattern begins with `/`, as /apps/{service}/{id}".to_owned());
        };
        let segments = names.split('/').map(segment).collect::<Result<Vec<_>, _>>()?;
        let parts: Vec<&str> = segments.iter().filter_map(Segment::part).collect();
        if parts.iter().filter(|part| **part == "service").count() != 1 {
            return Err("a pattern holds `{service}` once: the part that names the service".to_owned());
        }
        if parts.iter().enumerate().any(|(n, part)| parts[..n].contains(part)) {
            return Err("two parts of the pattern have the same name".to_owned());
        }
        if segments.iter().filter(|segment| matches!(segment, Segment::Many(_))).count() > 1 {
            return Err("only one part can take several names of a path".to_owned());
        }
        if matches!(segments.last(), Some(segment) if segment.part() == Some("service")) {
            return Err("instances stand below their service, so `{service}` is not the last part".to_owned());
        }
        Ok(Pattern { text: text.to_owned(), segments })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it has a part of this name.
    pub fn has(&self, part: &str) -> bool {
        self.segments.iter().any(|segment| segment.part() == Some(part))
    }

    /// What a path gives; `None` where it is not of this pattern.
    pub fn matches<'a>(&self, path: &'a str) -> Option<Match<'a>> {
        let names = path.strip_prefix('/')?;
        let count = Some(names.split('/').take(DEEPEST + 1).count()).filter(|count| *count <= DEEPEST)?;
        let many = self.segments.iter().any(|segment| matches!(segment, Segment::Many(_)));
        let more = count.checked_sub(self.segments.len()).filter(|more| many || *more == 0)?;
        let (mut at, mut found) = (1, Match { service: "", home: "", parts: Vec::new() });
        for segment in &self.segments {
            let takes = if matches!(segment, Segment::Many(_)) { more + 1 } else { 1 };
            let rest = path.get(at..)?;
            let length = rest.match_indices('/').nth(takes - 1).map_or(rest.len(), |(end, _)| end);
            let (name, end) = (&rest[..length], at + length);
            let value = match segment {
                Segment::Fixed(fixed) if fixed == name => None,
                Segment::Fixed(_) => return None,
                Segment::Part(before, part, behind) => {
                    let value = name.strip_prefix(before.as_str())?.strip_suffix(behind.as_str())?;
                    Some((part, value)).filter(|(_, value)| !value.is_empty())
                }
                Segment::Many(part) => Some((part, name)),
            };
            match value {
                Some((part, value)) if part == "service" => (found.service, found.home) = (value, &path[..end]),
                Some((part, value)) => found.parts.push((part.clone(), value)),
                None if matches!(segment, Segment::Fixed(_)) => {}
                None => return None,
            }
            at = end + 1;
        }
        Some(found)
    }
}

impl Segment {
    fn part(&self) -> Option<&str> {
        match self {
            Segment::Fixed(_) => None,
            Segment::Part(_, part, _) | Segment::Many(part) => Some(part),
        }
    }
}

fn segment(name: &str) -> Result<Segment, String> {
    if name.is_empty() || name == "." || name == ".." || name.chars().any(char::is_control) {
        return Err("a name in the pattern is empty or none that a path can hold".to_owned());
    }
    let Some((before, rest)) = name.split_once('{') else {
        return match name.contains('}') {
            true => Err("a `}` without its `{`".to_owned()),
            false => Ok(Segment::Fixed(name.to_owned())),
        };
    };
    let Some((part, behind)) = rest.split_once('}') else { return Err("a `{` without its `}`".to_owned()) };
    if behind.contains(['{', '}']) {
        return Err("a name between two `/` can hold one part".to_owned());
    }
    let many = part.strip_suffix('*');
    let word = many.unwrap_or(part);
    if word.is_empty() || !word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        return Err("a part is called by letters, digits, - and _, as {id}".to_owned());
    }
    match many {
        Some(part) if before.is_empty() && behind.is_empty() => Ok(Segment::Many(part.to_owned())),
        Some(_) => Err("a part that takes several names stands alone between its `/`".to_owned()),
        None => Ok(Segment::Part(before.to_owned(), part.to_owned(), behind.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(pattern: &str, path: &'a str) -> Option<(&'a str, &'a str, Option<&'a str>)> {
        let found = Pattern::read(pattern).unwrap().matches(path)?;
        Some((found.service, found.home, found.part("id")))
    }

    #[test]
    fn parts_take_names_of_the_path() {
        assert_eq!(found("/a/{service}/{id}", "/a/users/x"), Some(("users", "/a/users", Some("x"))));
        assert_eq!(found("/a/{service}/p/{id}", "/a/users/p/x"), Some(("users", "/a/users", Some("x"))));
        assert_eq!(found("/a/{service*}/{id}", "/a/eu/users/x"), Some(("eu/users", "/a/eu/users", Some("x"))));
        assert_eq!(found("/a/svc-{service}/n{id}.x", "/a/svc-u/n7.x"), Some(("u", "/a/svc-u", Some("7"))));
        for path in ["/a/users", "/a/users/x/y", "/b/users/x", "", "/", "//", "/a//x", "a/users/x"] {
            assert_eq!(found("/a/{service}/{id}", path), None, "{path}");
        }
        assert_eq!(found("/a/{service*}/{id}", "/a/x"), None);
        assert_eq!(found("/{service*}/{id}", &"/x".repeat(5_000)), None, "too deep");
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for (bad, word) in [
            ("", "begins with"),
            ("a/{service}/{id}", "begins with"),
            ("/a/{id}", "{service}"),
            ("/{service}", "not the last"),
            ("/{service}/{x}/{x}", "same name"),
            ("/{service*}/{x*}", "only one"),
            ("/{service}/{", "without its"),
            ("/{service}/}", "without its"),
            ("/{service}/{a}{b}", "one part"),
            ("/{service}/{a b}", "letters"),
            ("/{service}/x{a*}", "alone"),
            ("/{service}//{a}", "empty"),
        ] {
            let why = Pattern::read(bad).unwrap_err();
            assert!(why.contains(word), "{bad}: {why}");
        }
    }
}
