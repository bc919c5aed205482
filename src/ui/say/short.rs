//! A verdict made to fit: whole parts go from its right, the guide's order, and never half a value. Not what it says.

use ratatui::style::Style;

use crate::{app::Model, domain::verdict::Verdict, ui::widget::phrase::Phrase};

/// A verdict on lines of these widths: its sentence in the first ink, since when in the second.
pub fn lines(model: &Model, verdict: &Verdict, inks: (Style, Style), widths: &[usize]) -> Vec<Phrase<'static>> {
    between(model, verdict, inks, (Phrase::new(), Phrase::new()), widths)
}

/// The same with what stands before it and after it.
pub fn between(
    model: &Model,
    verdict: &Verdict,
    (ink, aside): (Style, Style),
    (lead, tail): (Phrase<'static>, Phrase<'static>),
    widths: &[usize],
) -> Vec<Phrase<'static>> {
    let since = verdict.since.map(|since| super::since(model, since)).unwrap_or_default();
    let clock = since.split_once(" (").map_or(since.as_str(), |(clock, _)| clock).to_owned();
    let clock = if clock.is_empty() || clock.ends_with('.') { clock } else { format!("{clock}.") };
    let said = |body: &str, since: &str| {
        let mut phrase = lead.clone().with(body.to_owned(), ink);
        if !since.is_empty() {
            phrase.push(format!(" {since}"), aside);
        }
        phrase.extend(tail.clone());
        phrase
    };
    let bodies = bodies(&super::verdict(model, verdict));
    // What it is because of goes last, since when before it, the numbers of the cause first.
    let caused = caused(&bodies);
    for (bodies, sinces) in [
        (&bodies[..caused], &[since.as_str(), clock.as_str()][..]),
        (&bodies[..caused], &[""]),
        (&bodies[caused..], &[since.as_str(), clock.as_str(), ""]),
    ] {
        for body in bodies {
            for since in sinces {
                if let Some(lines) = said(body, since).wrap_whole(widths) {
                    return lines;
                }
            }
        }
    }
    // Not even its shortest form has room: whole words of it.
    let shortest = bodies.last().map_or("", String::as_str);
    let mut words: Vec<&str> = shortest.split(' ').collect();
    while words.len() > 1 {
        words.pop();
        if let Some(lines) = said(&format!("{} …", words.join(" ").trim_end_matches([',', ':'])), "").wrap_whole(widths)
        {
            return lines;
        }
    }
    said(shortest, "").wrap(widths.first().copied().unwrap_or(0), widths.len())
}

/// A sentence and its shorter forms, longest first: without what is usual, without the cause's number, without the
/// cause, then without its later clauses, as long as what is left still says what is wrong.
pub fn bodies(sentence: &str) -> Vec<String> {
    let mut all = vec![sentence.to_owned()];
    let mut now = sentence.trim_end_matches('.').to_owned();
    for aside in [", usually ", ", its siblings "] {
        while let Some(at) = now.find(aside) {
            let rest = &now[at + aside.len()..];
            let end = rest.find(", ").map_or(now.len(), |end| at + aside.len() + end);
            now.replace_range(at..end, "");
        }
    }
    all.push(format!("{now}."));
    if let Some((harm, cause)) = now.clone().split_once(", because ") {
        all.push(format!("{harm}, {cause}."));
        if let Some((which, _)) = cause.split_once(": ") {
            all.push(format!("{harm}, because {which}."));
            all.push(format!("{harm}, {which}."));
        }
        now = harm.to_owned();
        all.push(format!("{now}."));
    }
    while let Some(at) = [", ", ": ", "; ", ". "].iter().filter_map(|clause| now.rfind(clause)).max() {
        if !says(&now[..at]) {
            break;
        }
        now.truncate(at);
        all.push(format!("{now}."));
    }
    if let Some(short) = all.last().filter(|last| last.contains(" says it is ")) {
        all.push(short.replace(" says it is ", " is "));
    }
    all.dedup();
    all
}

/// How many of these forms still say because of what; where none does, how many there are.
fn caused(bodies: &[String]) -> usize {
    let Some(harm) = bodies.iter().rev().find_map(|body| Some(body.split_once(", because ")?.0)) else {
        return bodies.len();
    };
    bodies.iter().rposition(|body| body.len() > harm.len() + 1).map_or(0, |last| last + 1)
}

/// Whether the words say that something is wrong, and not only of whom it is said.
fn says(words: &str) -> bool {
    let verbs = ["is", "are", "has", "does", "says", "fails", "fail", "calls", "takes", "lost", "turns", "breaker"];
    words.split(' ').any(|word| verbs.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_parts_go_from_the_right_and_what_is_left_says_what_is_wrong() {
        let all = bodies(
            "orders fails 9 %, usually 0 %, because payments 127.0.0.1:34567 is slow: p95 1.9 s, usually 33 ms.",
        );
        assert_eq!(
            all,
            [
                "orders fails 9 %, usually 0 %, because payments 127.0.0.1:34567 is slow: p95 1.9 s, usually 33 ms.",
                "orders fails 9 %, because payments 127.0.0.1:34567 is slow: p95 1.9 s.",
                "orders fails 9 %, payments 127.0.0.1:34567 is slow: p95 1.9 s.",
                "orders fails 9 %, because payments 127.0.0.1:34567 is slow.",
                "orders fails 9 %, payments 127.0.0.1:34567 is slow.",
                "orders fails 9 %.",
            ]
        );
        let open = bodies("orders ▸ payments: breaker open on 2 of 3 callers, half-open on 1.");
        assert_eq!(open.last().map(String::as_str), Some("orders ▸ payments: breaker open on 2 of 3 callers."));
        assert_eq!(bodies("users is missing."), ["users is missing."]);
        assert_eq!(bodies(""), ["", "."]);
        assert_eq!((caused(&all), caused(&open)), (5, open.len()), "what has no cause has none to lose");
    }
}
