//! What footer, help and rules say of the keys is what the keys do.

use keepwatch::app::{
    screen::{
        Screen,
        logs::{self, tree},
    },
    selection::Selection,
};

use crate::common::journey::Journey;

fn footer(journey: &Journey) -> String {
    journey.screen().lines().last().unwrap_or_default().to_owned()
}

fn row(journey: &Journey, n: usize) -> String {
    journey.screen().lines().nth(n).unwrap_or_default().to_owned()
}

fn has(text: &str, all: &[&str]) {
    for words in all {
        assert!(text.contains(words), "`{words}` is not there: {text}");
    }
}

#[test]
fn the_footer_of_traces_has_the_keys_of_the_list_of_the_table_and_of_an_open_trace() {
    let mut journey = Journey::shop();
    journey.press("4");
    has(&footer(&journey), &["Enter open", "s slowest, failed", "r operations", "L its logs", "y copy id", "Esc back"]);
    journey.press("r");
    has(&footer(&journey), &["Enter a trace of it", "r list", "L its logs"]);
    assert!(!footer(&journey).contains("s slowest"), "nothing to sort: {}", footer(&journey));
    journey.press("r j Enter");
    has(&footer(&journey), &["j k span", "Enter its instance", "L its logs", "y copy id", "s sort list"]);
    journey.size(100, 20);
    let said = footer(&journey);
    assert!(said.contains("Enter detail") && !said.contains("sort list"), "the list is not there: {said}");
}

#[test]
fn the_footer_of_the_log_pane_has_the_levels_and_of_patterns_what_acts_on_them() {
    let mut journey = Journey::shop();
    journey.press("5");
    has(&footer(&journey), &["+ - level", "t its traces", "y copy"]);
    journey.press("p");
    let said = footer(&journey);
    has(&said, &["Enter its lines", "p lines", "+ - level"]);
    assert!(!said.contains("columns"), "{said}");
}

#[test]
fn undo_is_offered_where_something_can_be_taken_back() {
    let journey = Journey::shop();
    assert!(!footer(&journey).contains("undo"), "{}", footer(&journey));
    let mut journey = Journey::incident();
    journey.model.setup.user = "ben".into();
    assert!(!footer(&journey).contains("undo"), "another one drained it: {}", footer(&journey));
    journey.model.setup.user = "ana".into();
    has(&footer(&journey), &["U undo"]);
}

#[test]
fn the_way_out_stays_in_sight_however_narrow_the_screen_is() {
    let mut journey = Journey::shop();
    journey.press("4 j Enter 5");
    assert!(matches!(journey.model.selection, Selection::Trace(_)));
    has(&row(&journey, 2), &["5 Logs · trace", "Esc widens"]);
    journey.size(60, 15);
    has(&footer(&journey), &["Esc widen", "? help"]);
    journey.size(160, 48).press("Esc 4");
    journey.go_to("payments").press("4");
    has(&row(&journey, 2), &["4 Traces · payments", "Esc widens"]);
    journey.press("r");
    has(&row(&journey, 2), &["4 Traces · payments", "Esc widens"]);
}

#[test]
fn a_filter_in_a_rule_is_told_by_a_word_and_esc_takes_it_away() {
    let mut journey = Journey::shop();
    for (screen, filter) in [("5", "lev"), ("5", "/lev/"), ("4", "orders"), ("4", "/ord.*/")] {
        journey.press(screen).press("/").type_in(filter).press("Enter");
        let said = row(&journey, 2);
        has(&said, &[&format!("filter {filter} "), "Esc clears"]);
        assert!(!said.contains("//"), "{said}");
        has(&footer(&journey), &["Esc clear"]);
        journey.press("Esc");
        assert!(!row(&journey, 2).contains("filter"), "{}", row(&journey, 2));
    }
}

#[test]
fn the_help_greys_what_does_not_act_here_and_readably_without_colour() {
    let mut journey = Journey::shop();
    journey.size(160, 70).press("2 ?").shows("PageDown C-f").shows("(e)").shows("(grey) does not act here");
    journey.shows_no("(s)").press("Esc").press("5 ?").shows("(s)").shows("(d)").shows_no("(e)");
    journey.press("Esc").press("2 e").shows("this is for log lines");
}

#[test]
fn the_first_step_in_a_list_that_is_followed_is_onto_its_first_row() {
    let mut journey = Journey::incident();
    journey.press("4 s s j");
    let first = journey.model.screens.traces.list.ids(0, 1).next();
    assert!(first.is_some() && journey.model.screens.traces.on == first);
    journey.press("Enter");
    assert_eq!(journey.model.screens.traces.open, first);
}

#[test]
fn a_trace_that_is_open_is_what_is_selected_whenever_its_screen_is_opened_and_its_row_has_a_sign() {
    let mut journey = Journey::shop();
    journey.press("4 j j j Enter");
    let open = journey.model.screens.traces.open.expect("one is open");
    journey.press("2 Esc");
    assert_eq!(journey.model.selection, Selection::All);
    journey.press("0 4");
    assert_eq!((journey.model.screen, &journey.model.selection), (Screen::Traces, &Selection::Trace(open)));
    let id = open.short(6);
    let marked = |journey: &Journey, sign: char| {
        journey.screen().lines().skip(3).take(9).any(|line| line.starts_with(sign) && line.contains(&id))
    };
    assert!(marked(&journey, '▸'), "{}", journey.screen());
    // The cursor went elsewhere.
    journey.model.screens.traces.on = journey.model.screens.traces.list.ids(0, 1).next();
    assert!(marked(&journey, '▾'), "{}", journey.screen());
    journey.press("5");
    has(&row(&journey, 2), &["5 Logs · trace"]);
}

#[test]
fn the_traces_of_an_instance_are_listed_though_a_trace_was_open() {
    let mut journey = Journey::shop();
    journey.press("4 j Enter 2 Esc").go_to("payments/127.0.0.9:5005").press("2 t");
    assert_eq!(journey.model.screens.traces.open, None);
    has(&row(&journey, 2), &["4 Traces · payments 127.0.0.9:5005"]);
}

#[test]
fn the_table_by_operation_says_what_of_a_filter_is_not_of_it_and_counts_its_own_rows() {
    let mut journey = Journey::shop();
    journey.press("4 r /").type_in("status:429");
    let (rule, field) = (row(&journey, 2), footer(&journey));
    has(&rule, &["filter status:429", "of single traces, not of this table"]);
    assert!(field.contains(" operations ") && !field.contains(" of "), "{field}");
    journey.press("Esc").press("/").type_in("service:payments status:429").press("Enter");
    has(&row(&journey, 2), &["only service, operation and words count here"]);
    journey.press("Esc").press("/").type_in("service:payments").press("Enter");
    let rule = row(&journey, 2);
    assert!(rule.contains("filter service:payments") && !rule.contains("count here"), "{rule}");
}

#[test]
fn where_no_line_but_events_fit_they_are_counted() {
    let mut journey = Journey::incident();
    journey.press("5 /").type_in("breaker").press("Enter");
    let rule = row(&journey, 2);
    assert!(rule.contains("0 of ") && rule.contains(" events"), "{rule}");
}

#[test]
fn the_id_of_a_trace_is_whole_on_the_narrowest_screen() {
    let mut journey = Journey::incident();
    journey.press("5 E Enter").size(60, 15);
    let line = logs::line(&journey.model).expect("a line is under the cursor");
    let id = line.trace.expect("it has a trace").to_string();
    for _ in 0..tree::nodes(&journey.model, &line, journey.model.size.0).len() {
        journey.press("j");
    }
    journey.shows(&id);
}
