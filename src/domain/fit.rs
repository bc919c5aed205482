//! Text made to fit a number of cells. Names lose their end, paths and messages their middle, addresses never their end.

use unicode_segmentation::UnicodeSegmentation as _;

use super::text::{ELLIPSIS, Shown, grapheme_cells};

/// As much of the beginning as fits; the end is lost: `warehouse-sy…`.
pub fn elide_end<'a>(text: impl Into<Shown<'a>>, cells: usize) -> Shown<'a> {
    let text = text.into();
    match cells {
        _ if text.cells() <= cells => text,
        0 => Shown::default(),
        _ => end(&text, cells - 1).join(&ELLIPSIS),
    }
}

/// Beginning and end as far as they fit; the middle is lost: `/a/very/lo…path/to`.
pub fn elide_middle<'a>(text: impl Into<Shown<'a>>, cells: usize) -> Shown<'a> {
    let text = text.into();
    match cells {
        _ if text.cells() <= cells => text,
        0 => Shown::default(),
        _ => end(&text, cells / 2).join(&ELLIPSIS).join(&start(&text, cells - 1 - cells / 2)),
    }
}

/// As much of the end as fits; the beginning is lost: `….9:5005`.
pub fn elide_start<'a>(text: impl Into<Shown<'a>>, cells: usize) -> Shown<'a> {
    let text = text.into();
    match cells {
        _ if text.cells() <= cells => text,
        0 => Shown::default(),
        _ => ELLIPSIS.join(&start(&text, cells - 1)),
    }
}

/// An address, whole where it fits. First the port goes when all of the service have the same, then leading parts:
/// `….9:5005`. The end is never cut. IPv6 loses its middle.
pub fn address<'a>(text: impl Into<Shown<'a>>, same_port: bool, cells: usize) -> Shown<'a> {
    let text = text.into();
    if text.cells() <= cells {
        return text;
    }
    let short = match text.as_str().rfind(':') {
        Some(colon) if same_port && colon > 0 => text.slice(0..colon),
        _ => text.clone().into_owned(),
    };
    if short.cells() <= cells || cells < 2 {
        return elide_start(short, cells);
    }
    let whole = short.as_str();
    if whole.starts_with('[') {
        let tail = whole.len() - whole.rfind([']']).map_or(0, |bracket| last_group(&whole[..bracket]));
        let head = (cells - 1).saturating_sub(tail);
        let head = end(&short, head.min(cells - 1));
        let tail = start(&short, cells - 1 - head.cells());
        return head.join(&ELLIPSIS).join(&tail);
    }
    let parts = whole.match_indices('.').map(|(at, _)| at);
    let fitting = parts.filter(|at| *at > 0).find(|at| whole.len() - at < cells);
    match fitting {
        Some(at) => ELLIPSIS.join(&short.slice(at..whole.len())),
        None => elide_start(short, cells),
    }
}

/// Where the last group of an IPv6 address starts, its colon included.
fn last_group(inside: &str) -> usize {
    inside.rfind(':').unwrap_or(0)
}

/// As much of the beginning as fits into `cells`, without a mark of the cut.
pub fn end(text: &Shown<'_>, cells: usize) -> Shown<'static> {
    let mut used = 0;
    let mut stop = 0;
    for (at, grapheme) in text.as_str().grapheme_indices(true) {
        used += grapheme_cells(grapheme);
        if used > cells {
            break;
        }
        stop = at + grapheme.len();
    }
    text.slice(0..stop)
}

/// As much of the beginning as fits into `cells`, and the rest: nothing is lost.
pub fn split(text: &Shown<'_>, cells: usize) -> (Shown<'static>, Shown<'static>) {
    let first = end(text, cells);
    let rest = text.slice(first.as_str().len()..text.as_str().len());
    (first, rest)
}

/// As much of the end as fits into `cells`, without a mark of the cut.
pub fn start(text: &Shown<'_>, cells: usize) -> Shown<'static> {
    let mut used = 0;
    let mut from = text.as_str().len();
    for (at, grapheme) in text.as_str().grapheme_indices(true).rev() {
        used += grapheme_cells(grapheme);
        if used > cells {
            break;
        }
        from = at;
    }
    text.slice(from..text.as_str().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_lose_their_end_and_paths_their_middle() {
        assert_eq!(elide_end("warehouse-sync", 13).as_str(), "warehouse-sy…");
        assert_eq!(elide_end("warehouse-sync", 14).as_str(), "warehouse-sync");
        assert_eq!(elide_middle("/keepwatch/intents/payments", 11).as_str(), "/keep…ments");
        assert_eq!(elide_end("漢字漢字", 4).as_str(), "漢…");
        assert_eq!(elide_end("x", 0).as_str(), "");
    }

    #[test]
    fn addresses_keep_their_end() {
        let fit = |text: &'static str, same, cells| address(text, same, cells).as_str().to_owned();
        assert_eq!(fit("10.0.0.9:5005", false, 13), "10.0.0.9:5005");
        assert_eq!(fit("10.0.0.9:5005", true, 12), "10.0.0.9");
        assert_eq!(fit("10.0.0.9:5005", false, 12), "….0.0.9:5005");
        assert_eq!(fit("10.0.0.9:5005", false, 8), "….9:5005");
        assert_eq!(fit("10.0.0.9:5005", true, 3), "….9");
        assert_eq!(fit("[2001:db8:0:0:1::7]:5005", false, 14), "[2001…:7]:5005");
        assert_eq!(fit("a-very-long-host:80", false, 8), "…host:80");
    }

    proptest! {
        #[test]
        fn nothing_is_ever_wider_than_asked(text in ".{0,60}", cells in 0_usize..40, same in any::<bool>()) {
            for fitted in [elide_end(&*text, cells), elide_middle(&*text, cells), elide_start(&*text, cells), address(&*text, same, cells)] {
                prop_assert!(fitted.cells() <= cells);
                prop_assert_eq!(fitted.cells(), crate::domain::text::cells(fitted.as_str()));
            }
        }
    }
}
