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
    // The minute says it, too, where there is room for no more.
    let minute = clock.strip_suffix('.').filter(|clock| clock.matches(':').count() == 2);
    let minute =
        minute.and_then(|clock| clock.rsplit_once(':')).map_or(clock.clone(), |(minute, _)| format!("{minute}."));
    let said = |body: &str, since: &str| {
        let mut phrase = lead.clone().with(body.to_owned(), ink);
        if !since.is_empty() {
            phrase.push(format!(" {since}"), aside);
        }
        phrase.extend(tail.clone());
        phrase
    };
    // What it is because of goes last, since when before it, the numbers of the cause first.
    let forms = forms(&super::verdict(model, verdict));
    for (bodies, sinces) in [
        (&forms.caused, &[since.as_str(), clock.as_str()][..]),
        (&forms.caused, &[minute.as_str()]),
        (&forms.caused, &[""]),
        (&forms.bare, &[since.as_str(), clock.as_str(), minute.as_str(), ""]),
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
    let shortest = forms.all().last().map_or("", String::as_str);
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

/// The forms of a sentence, longest first.
pub struct Forms {
    /// Those that still say because of what; of a sentence that tells no cause, all.
    caused: Vec<String>,
    /// Those that do not.
    bare: Vec<String>,
}

impl Forms {
    /// All of them, longest first.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.caused.iter().chain(&self.bare)
    }
}

/// A sentence and its shorter forms: without what is usual, without the cause's number, without how far the harm goes, without
/// the cause, then without its later clauses, as long as what is left still says what is wrong.
pub fn forms(sentence: &str) -> Forms {
    let mut caused = vec![sentence.to_owned()];
    let mut now = sentence.trim_end_matches('.').to_owned();
    for aside in [", usually ", ", its siblings "] {
        while let Some(at) = now.find(aside) {
            let rest = &now[at + aside.len()..];
            let end = rest.find(", ").map_or(now.len(), |end| at + aside.len() + end);
            now.replace_range(at..end, "");
        }
    }
    caused.push(format!("{now}."));
    let mut bare = Vec::new();
    let whole = now.clone();
    let cause = whole.split_once(", because ");
    if let Some((harm, cause)) = cause {
        caused.push(format!("{harm}, {cause}."));
        let which = cause.split_once(": ").map_or(cause, |(which, _)| which);
        let first = harm.rsplit_once(", ").map_or(harm, |(first, _)| first);
        let short = first.split_once(" on ").map_or(first, |(short, _)| short);
        for harm in [harm, first, short].into_iter().filter(|harm| says(harm)) {
            caused.push(format!("{harm}, because {which}."));
            caused.push(format!("{harm}, {which}."));
        }
        // The cause's first clause, where that alone says what was.
        let brief = which.split([',']).next().unwrap_or(which);
        let brief = brief.split_once(" and ").map_or(brief, |(brief, _)| brief);
        if brief.len() < which.len() && says(brief) && says(first) {
            caused.push(format!("{first}, because {brief}."));
            if short.len() < first.len() && says(short) {
                caused.extend([format!("{short}, because {brief}."), format!("{short}, {brief}.")]);
            }
        }
        harm.clone_into(&mut now);
        bare.push(format!("{now}."));
    }
    let shorter = if cause.is_some() { &mut bare } else { &mut caused };
    while let Some(at) = [", ", ": ", "; ", ". "].iter().filter_map(|clause| now.rfind(clause)).max() {
        if !says(&now[..at]) {
            break;
        }
        now.truncate(at);
        shorter.push(format!("{now}."));
    }
    if let Some(short) = shorter.last().filter(|last| last.contains(" says it is ")) {
        shorter.push(short.replace(" says it is ", " is "));
    }
    // One that is told twice is told first.
    let mut seen = std::collections::BTreeSet::new();
    caused.retain(|form| seen.insert(form.clone()));
    Forms { caused, bare }
}

/// Whether the words say that something is wrong, and not only of whom it is said.
fn says(words: &str) -> bool {
    let verbs = [
        "is",
        "are",
        "has",
        "does",
        "says",
        "fails",
        "fail",
        "calls",
        "takes",
        "lost",
        "turns",
        "breaker",
        "may",
        "reconnected",
        "registered",
        "wrote",
        "changed",
    ];
    words.split(' ').any(|word| verbs.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_parts_go_from_the_right_and_what_is_left_says_what_is_wrong() {
        let of = |sentence: &str| forms(sentence).all().cloned().collect::<Vec<_>>();
        assert_eq!(
            of("orders fails 9 %, usually 0 %, because payments 127.0.0.1:34567 is slow: p95 1.9 s, usually 33 ms."),
            [
                "orders fails 9 %, usually 0 %, because payments 127.0.0.1:34567 is slow: p95 1.9 s, usually 33 ms.",
                "orders fails 9 %, because payments 127.0.0.1:34567 is slow: p95 1.9 s.",
                "orders fails 9 %, payments 127.0.0.1:34567 is slow: p95 1.9 s.",
                "orders fails 9 %, because payments 127.0.0.1:34567 is slow.",
                "orders fails 9 %, payments 127.0.0.1:34567 is slow.",
                "orders fails 9 %.",
            ]
        );
        let open = "orders ▸ payments: breaker open on 2 of 3 callers, half-open on 1";
        assert_eq!(of(&format!("{open}.")).last().unwrap(), "orders ▸ payments: breaker open on 2 of 3 callers.");
        let told = forms(&format!("{open}, because payments :1 is slow: p95 1 s."));
        assert_eq!(told.caused.last().unwrap(), "orders ▸ payments: breaker open, payments :1 is slow.");
        assert_eq!(told.bare.last().unwrap(), "orders ▸ payments: breaker open on 2 of 3 callers.");
        let lost = "DRAIN LOST: orders 127.0.0.1:1 may take calls again, though ana drained it, because its provider reconnected \
                    and made its znode again, in the same session.";
        let short = "DRAIN LOST: orders 127.0.0.1:1 may take calls again, because its provider reconnected.";
        assert!(forms(lost).caused.iter().any(|form| form == short), "{:?}", forms(lost).caused);
        let fails = "orders ▸ payments: breaker open on 1 of 3 callers, because payments fails 51 % of its calls, on 2 of 2 instances.";
        let brief = "orders ▸ payments: breaker open, payments fails 51 % of its calls.";
        assert_eq!(forms(fails).caused.last().map(String::as_str), Some(brief), "so that there is room for since when");
        assert_eq!(of("users is missing."), ["users is missing."]);
        assert_eq!(of(""), ["", "."]);
    }
}
