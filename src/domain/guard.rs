//! Guard rails that the file sets up: for which services and clusters something is denied, slowed down or handed to others.
//! Names are what people say of themselves (`--by`, `USER`): a rail keeps from slips, it is no lock.

use std::sync::Arc;

use super::intent::Op;

/// A pattern for names: `*` stands for anything, `?` for one character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Arc<str>);

impl Pattern {
    /// From its text.
    pub fn new(text: &str) -> Pattern {
        Pattern(text.into())
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether a name fits.
    pub fn fits(&self, name: &str) -> bool {
        let (pattern, name): (Vec<char>, Vec<char>) = (self.0.chars().collect(), name.chars().collect());
        let (mut p, mut n) = (0, 0);
        // Where the last `*` stood, and how much of the name it has taken.
        let mut star: Option<(usize, usize)> = None;
        while n < name.len() {
            match pattern.get(p) {
                Some('*') => {
                    star = Some((p, n));
                    p += 1;
                }
                Some(c) if *c == '?' || *c == name[n] => (p, n) = (p + 1, n + 1),
                _ => match star {
                    Some((at, taken)) => {
                        star = Some((at, taken + 1));
                        (p, n) = (at + 1, taken + 1);
                    }
                    None => return false,
                },
            }
        }
        pattern[p..].iter().all(|c| *c == '*')
    }
}

/// An action that a guard is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Drain; an undo that drains, too.
    Drain,
    /// Undrain.
    Undrain,
    /// Weight.
    Weight,
    /// Deregister.
    Deregister,
    /// An undo that does not drain.
    Undo,
}

impl Act {
    /// Their words in the file.
    pub const WORDS: [(&'static str, Act); 5] = [
        ("drain", Act::Drain),
        ("undrain", Act::Undrain),
        ("weight", Act::Weight),
        ("deregister", Act::Deregister),
        ("undo", Act::Undo),
    ];

    /// What a guard is about when its file does not say: what takes away. The way back stays free.
    pub const USUAL: [Act; 3] = [Act::Drain, Act::Weight, Act::Deregister];

    /// Which one an operation is; `drains`: it takes the instance out of the balance.
    pub fn of(op: Op, drains: bool) -> Act {
        match op {
            Op::Drain => Act::Drain,
            Op::Undrain => Act::Undrain,
            Op::Weight(_) => Act::Weight,
            Op::Deregister => Act::Deregister,
            Op::Undo if drains => Act::Drain,
            Op::Undo => Act::Undo,
        }
    }
}

/// One guard. Every pattern that it has must fit; it has at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Services by name.
    pub service: Option<Pattern>,
    /// Clusters by name.
    pub cluster: Option<Pattern>,
    /// Which actions.
    pub actions: Vec<Act>,
    /// They are not possible, for this reason.
    pub deny: Option<Arc<str>>,
    /// The name is typed even where a key would do.
    pub typed: bool,
    /// So many instances of a service may be out of the balance at once.
    pub at_most: Option<u32>,
    /// A reason is asked for.
    pub reason: bool,
    /// Only these people carry them out; others hand the plan over. Empty: everybody.
    pub only: Vec<Arc<str>>,
}

impl Guard {
    /// One on the usual actions in services of this name, which asks for nothing yet.
    pub fn on(service: &str) -> Guard {
        Guard {
            service: Some(Pattern::new(service)),
            cluster: None,
            actions: Act::USUAL.to_vec(),
            deny: None,
            typed: false,
            at_most: None,
            reason: false,
            only: Vec::new(),
        }
    }

    /// Whether it is about this.
    pub fn is_about(&self, service: &str, cluster: Option<&str>, act: Act) -> bool {
        self.actions.contains(&act)
            && self.service.as_ref().is_none_or(|pattern| pattern.fits(service))
            && self.cluster.as_ref().is_none_or(|pattern| cluster.is_some_and(|name| pattern.fits(name)))
    }

    /// How sentences call it: `guard on payments-*`.
    pub fn name(&self) -> String {
        match (&self.service, &self.cluster) {
            (Some(service), Some(cluster)) => format!("guard on {} in {}", service.text(), cluster.text()),
            (Some(service), None) => format!("guard on {}", service.text()),
            (None, Some(cluster)) => format!("guard on cluster {}", cluster.text()),
            (None, None) => "guard".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_in_a_shell() {
        for (pattern, name, fits) in [
            ("payments", "payments", true),
            ("payments", "payments-service", false),
            ("pay*", "payments-service", true),
            ("*-service", "payments-service", true),
            ("*ments*ice", "payments-service", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("", "a", false),
            ("*a*b*", "xxbxxa", false),
        ] {
            assert_eq!(Pattern::new(pattern).fits(name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_guard_on_a_cluster_is_not_about_one_without_a_name() {
        let guard = Guard {
            service: None,
            cluster: Some(Pattern::new("prod*")),
            actions: Act::USUAL.to_vec(),
            deny: None,
            typed: true,
            at_most: None,
            reason: false,
            only: Vec::new(),
        };
        assert!(guard.is_about("a", Some("prod-eu"), Act::Drain));
        assert!(!guard.is_about("a", Some("test"), Act::Drain) && !guard.is_about("a", None, Act::Drain));
        assert!(!guard.is_about("a", Some("prod-eu"), Act::Undrain), "the way back stays free");
        assert_eq!((Act::of(Op::Undo, true), Act::of(Op::Undo, false)), (Act::Drain, Act::Undo));
    }
}
