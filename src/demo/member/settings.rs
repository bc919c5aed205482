//! A service's settings as its config znodes hold them now: `/config/<service>/<key>`, the data is the value. Reloaded on
//! every change; a missing or unreadable value is the default of whoever asks.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// One reading of all settings.
pub type Values = BTreeMap<String, String>;

/// The settings, replaced as a whole.
#[derive(Debug, Default)]
pub struct Settings {
    values: RwLock<Arc<Values>>,
}

impl Settings {
    /// Takes a new reading; returns what changed, as `(key, before, after)`.
    pub fn replace(&self, values: Values) -> Vec<(String, Option<String>, Option<String>)> {
        let before = self.all();
        let keys = before.keys().chain(values.keys().filter(|key| !before.contains_key(*key)));
        let changed = keys
            .filter(|key| before.get(*key) != values.get(*key))
            .map(|key| (key.clone(), before.get(key).cloned(), values.get(key).cloned()))
            .collect();
        *self.values.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(values);
        changed
    }

    /// All of them.
    pub fn all(&self) -> Arc<Values> {
        Arc::clone(&self.values.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A number, or the default where there is none; never negative, never more than a million.
    pub fn number(&self, key: &str, default: f64) -> f64 {
        let all = self.all();
        let number = all.get(key).and_then(|text| text.trim().parse::<f64>().ok()).filter(|number| number.is_finite());
        number.unwrap_or(default).clamp(0.0, 1e6)
    }

    /// A switch, or the default where there is none.
    pub fn switch(&self, key: &str, default: bool) -> bool {
        self.all().get(key).and_then(|text| text.trim().parse().ok()).unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_replaces_the_last_one_and_tells_what_changed() {
        let settings = Settings::default();
        let values = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        settings.replace(values(&[("a", "1"), ("b", "x")]));
        let changed = settings.replace(values(&[("a", "2.5"), ("c", "true")]));
        let text = |word: &str| Some(word.to_owned());
        let expected = [
            ("a".to_owned(), text("1"), text("2.5")),
            ("b".to_owned(), text("x"), None),
            ("c".to_owned(), None, text("true")),
        ];
        assert_eq!(changed, expected);
        assert_eq!(
            (settings.number("a", 9.0), settings.number("b", 9.0), settings.switch("c", false)),
            (2.5, 9.0, true)
        );
    }

    #[test]
    fn nonsense_is_the_default() {
        let settings = Settings::default();
        settings.replace([("n".to_owned(), "NaN".to_owned()), ("m".to_owned(), "-5".to_owned())].into());
        assert_eq!((settings.number("n", 7.0), settings.number("m", 7.0)), (7.0, 0.0));
    }
}
