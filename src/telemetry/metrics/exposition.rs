//! A page of samples, line by line. Not what the samples mean.

use super::sample::Sample;

/// Samples of one page.
const MOST_SAMPLES: usize = 1_000_000;
/// Refused lines that are told.
const MOST_REJECTED: usize = 1_000;
/// The longest line, in bytes.
const LONGEST: usize = 64 << 10;

/// Ends a page: what stands behind it is of no page, or of another.
const END: &str = "# EOF";

/// A page as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Lines in all.
    pub lines: usize,
    /// The samples, in their order.
    pub samples: Vec<Sample>,
    /// Lines that are none and should be, the first thousand.
    pub rejected: Vec<Rejected>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its number, from 1.
    pub line: usize,
    /// The line, cut.
    pub text: String,
    /// Why.
    pub why: &'static str,
}

/// Reads a page. Bytes that are no UTF-8 stand as U+FFFD.
pub fn parse(bytes: &[u8]) -> Page {
    let text = String::from_utf8_lossy(bytes);
    let mut page = Page::default();
    let mut is_over = false;
    for (number, line) in text.lines().enumerate() {
        page.lines = number + 1;
        let plain = line.trim_start_matches([' ', '\t']);
        if plain.is_empty() || plain.starts_with('#') && !is_over {
            is_over |= plain.trim_end() == END;
            continue;
        }
        let read = match () {
            () if is_over => Err("it stands behind # EOF, which ends a page"),
            () if line.len() > LONGEST => Err("the line is longer than 64 KiB"),
            () if page.samples.len() >= MOST_SAMPLES => Err("the page has more than a million samples"),
            () => Sample::read(line),
        };
        match read {
            Ok(sample) => page.samples.push(sample),
            Err(why) if page.rejected.len() < MOST_REJECTED => {
                page.rejected.push(Rejected { line: number + 1, text: line.chars().take(200).collect(), why });
            }
            Err(_) => {}
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::super::sample::Number;
    use super::*;

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/tests/fixtures/metrics/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn a_page_of_oddities_is_read_whole() {
        let page = parse(&fixture("torture.prom"));
        assert_eq!((page.samples.len(), page.rejected.len()), (18, 0), "{:?}", page.rejected);
        let find = |name: &str| page.samples.iter().find(|s| s.name == name).unwrap();
        assert_eq!(find("u64max").value, Number::Whole(u64::MAX));
        let labels = &find("labels_with_everything").labels;
        assert_eq!(labels[0], ("path".to_owned(), "/a,b}c".to_owned()));
        assert_eq!(labels[1].1, "quote \" backslash \\ newline \n end");
        assert_eq!(find("labels_with_everything").at_ms, Some(1_795_415_728_085));
        assert_eq!(find("utf8.metric.name").labels, [("http.route".to_owned(), "/x".to_owned())]);
        let exemplar = page.samples.iter().find_map(|s| s.exemplar.as_ref()).unwrap();
        assert_eq!((exemplar.labels[0].0.as_str(), exemplar.at_ms), ("trace_id", Some(1_795_415_728_085)));
    }

    #[test]
    fn pages_of_real_programs_lose_nothing() {
        for name in ["python-openmetrics-1.0.txt", "spring-boot-http.composed.prom"] {
            let page = parse(&fixture(name));
            assert!(page.samples.len() > 5 && page.rejected.is_empty(), "{name}: {:?}", page.rejected);
        }
    }

    #[test]
    fn nothing_behind_the_end_of_a_page_is_of_it() {
        let page = parse(b"a 1\n# EOFs are no end\nb 2\n# EOF \n\nc 3\n# HELP d x\n");
        assert_eq!(page.samples.iter().map(|sample| sample.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(page.rejected.iter().map(|bad| bad.line).collect::<Vec<_>>(), [6, 7]);
    }

    #[test]
    fn a_bad_line_loses_itself_alone() {
        let bad = [
            "broken{a=\"b 3",
            "two words 3",
            "x{a=\"1\",b} 2",
            "x{a=\"1\",a=\"2\"} 2",
            "novalue",
            "{\"only\"=\"x\"} 1",
            "a 1 2 3",
            "\u{0}",
            "7 7",
        ];
        for line in bad {
            let page = parse(format!("good 1\n{line}\ngood 2 # a remark\n").as_bytes());
            assert_eq!((page.samples.len(), page.rejected.len()), (2, 1), "{line:?}");
            assert_eq!(page.rejected[0].line, 2);
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn no_bytes_do_harm(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400), line in "[a-z{}\"\\\\=,# 0-9.+-]{0,60}") {
            let page = parse(&bytes);
            assert!(page.samples.len() + page.rejected.len() <= page.lines);
            parse(line.as_bytes());
        }
    }
}
