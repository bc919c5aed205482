//! Any text as a filter of log lines and of traces: read, shown with its caret, completed, asked of a line; what can be read
//! says itself in words that can be read again.
#![no_main]

use keepwatch::domain::query::{Known, Query, complete};
use keepwatch::store::traces::filter;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let known = Known { fields: vec!["http.status".into(), "ä b".into()], ..Known::default() };
    for with in complete(text, &known).with {
        assert!(!with.is_empty());
    }
    match Query::parse(text) {
        Ok(query) => assert_eq!(Query::parse(query.text()).map(|again| again.terms().len()), Ok(query.terms().len())),
        Err(wrong) => {
            assert!(wrong.at.end <= text.len() && !wrong.what.is_empty(), "{wrong:?}");
            let _ = wrong.caret(text);
        }
    }
    let _ = filter::parse(text);
    let _ = filter::readable(text);
});
