//! Times that were read wrong in silence: of twelve hours, of zones by their names, behind a level that is a word too. As
//! the loggers that are named wrote them.

use super::cases::Cases;
use crate::domain::time::Moment;

/// 2026-11-26T21:55:00Z.
const AT: Cases = Cases(1_795_730_100_000);

#[test]
fn a_clock_of_twelve_hours_is_read_as_one_wherever_the_date_stands() {
    AT.all(&[
        // winston, `format.timestamp({ format: 'YYYY-MM-DD hh:mm:ss.SSS A' })`.
        (
            r#"{"level":"error","message":"x","timestamp":"2026-11-26 09:52:13.818 PM"}"#,
            "2026-11-26T21:52:13.818Z error x |",
        ),
        ("[2026-11-26 09:52:13.829 PM] error: x", "2026-11-26T21:52:13.829Z error x |"),
        // Python, `datefmt="%Y-%m-%d %I:%M:%S %p"`, and `"%I:%M:%S %p"`.
        ("2026-11-26 09:52:13 PM ERROR hello", "2026-11-26T21:52:13.000Z error hello |"),
        ("09:52:13 PM ERROR x", "2026-11-26T21:52:13.000Z error x |"),
        ("12:00:00 AM INFO x", "2026-11-26T00:00:00.000Z info x |"),
        ("09:36:54 PM - ERROR - tod2", "2026-11-26T21:36:54.000Z error tod2 |"),
        ("[ERROR] 2026/11/26 09:52:14 PM", "2026-11-26T21:52:14.000Z error  |"),
        ("2026-11-25 12:00:00 AM INFO x", "2026-11-25T00:00:00.000Z info x |"),
        ("2026/11/25 8:00:00 PM ERROR x", "2026-11-25T20:00:00.000Z error x |"),
        ("time=\"2026-11-25 03:36:54 PM\" level=info msg=lf", "2026-11-25T15:36:54.000Z info lf |"),
        (
            r#"{"level":"info","message":"bs2","timestamp":"2026-11-25T03:36:54 pm"}"#,
            "2026-11-25T15:36:54.000Z info bs2 |",
        ),
        (r#"{"level":"info","message":"b","time":"25 Nov 2026 03:36:54 PM"}"#, "2026-11-25T15:36:54.000Z info b |"),
        ("2026-11-25 08:00:00 PM UTC ERROR x", "2026-11-25T20:00:00.000Z error x |"),
        ("Wed Nov 25 08:00:00 PM UTC 2026 ERROR date", "2026-11-25T20:00:00.000Z error date |"),
        ("2026-11-25 08:00:00 PMX is up", "2026-11-25T08:00:00.000Z unknown PMX is up |"),
    ]);
}

#[test]
fn the_times_that_pm2_is_told_to_write_are_read_with_their_zone_and_without_seconds() {
    AT.all(&[
        // `log_date_format: "YYYY-MM-DD HH:mm Z"`, as its documentation has it.
        ("2026-11-26 10:00 +00:00: text", "2026-11-26T10:00:00.000Z unknown text |"),
        ("2026-11-26 10:00 +02:00: Error: boom", "2026-11-26T08:00:00.000Z error boom |"),
        ("2026-11-26 10:00:07 +02:00: [api] up", "2026-11-26T08:00:07.000Z unknown [api] up |"),
        ("2026-11-26T10:00:07.123+02:00: up", "2026-11-26T08:00:07.123Z unknown up |"),
        ("2026-11-26T10:00:07: up", "2026-11-26T10:00:07.000Z unknown up |"),
        ("0|api  | 2026-11-26 10:00 +01:00: up", "2026-11-26T09:00:00.000Z unknown up | service:api process=0|api"),
        ("2026-11-26 10:00 ERROR x", "2026-11-26T10:00:00.000Z error x |"),
        ("[2026-11-26 10:00] x", "2026-11-26T10:00:00.000Z unknown x |"),
        ("2026-11-26 10:00-12:00 window", "- unknown 2026-11-26 10:00-12:00 window |"),
        ("2026-11-26 10 of them", "- unknown 2026-11-26 10 of them |"),
        ("07:00 up", "- unknown 07:00 up |"),
    ]);
}

#[test]
fn a_zone_that_is_told_by_an_offset_counts_however_it_is_written() {
    AT.all(&[
        // Python's `%Z` of Sao_Paulo.
        ("2026-11-26 18:52:17 -03 ERROR br line", "2026-11-26T21:52:17.000Z error br line |"),
        ("2026-11-25 20:00:00 +02 ERROR plus2", "2026-11-25T18:00:00.000Z error plus2 |"),
        ("2026-11-25 20:00:00 GMT+2 ERROR gmt2", "2026-11-25T18:00:00.000Z error gmt2 |"),
        ("2026-11-25 20:00:00 GMT+0200 ERROR a", "2026-11-25T18:00:00.000Z error a |"),
        ("2026-11-25 20:00:00 UTC+02:00 ERROR utc2", "2026-11-25T18:00:00.000Z error utc2 |"),
        ("2026-11-25 20:00:00 BRT ERROR x", "2026-11-25T23:00:00.000Z error x |"),
        ("2026-11-25 20:00:00 PKT ERROR x", "2026-11-25T15:00:00.000Z error x |"),
        // JavaScript's `Date.toString()`.
        ("Wed Nov 25 2026 20:00:00 GMT+0200 (CEST) ERROR js date", "2026-11-25T18:00:00.000Z error js date |"),
        (
            r#"{"level":"info","message":"g","timestamp":"Wed Nov 25 2026 20:00:00 GMT+0200 (Central European Standard Time)"}"#,
            "2026-11-25T18:00:00.000Z info g |",
        ),
        (
            r#"{"level":"info","message":"j","timestamp":"2026-11-25T20:00:00.5+05:30[Asia/Kolkata]"}"#,
            "2026-11-25T14:30:00.500Z info j |",
        ),
        ("Wed Nov 25 20:00:00 -03 2026 ERROR date", "2026-11-25T23:00:00.000Z error date |"),
    ]);
}

#[test]
fn of_a_zone_that_is_not_known_the_rest_is_read_and_the_line_is_of_its_arrival() {
    AT.all(&[
        ("2026-11-27 03:22:17 IST ERROR ist line", "- error ist line | time=2026-11-27 03:22:17 IST"),
        ("2026-11-25T20:00:00.123 IST ERROR x", "- error x | time=2026-11-25T20:00:00.123 IST"),
        (
            "2026-11-25 20:00:00 IST [main] ERROR c.a.X - x",
            "- error x | time=2026-11-25 20:00:00 IST thread=main logger=c.a.X",
        ),
        ("2026-11-25 20:00:00 [IST] ERROR x", "- error x | time=2026-11-25 20:00:00 [IST]"),
        ("2026-11-25T20:00:00 Europe/Berlin ERROR b", "- error b | time=2026-11-25T20:00:00 Europe/Berlin"),
        ("Fri Nov 27 03:22:17 IST 2026 ERROR date ist", "- error date ist | time=Fri Nov 27 03:22:17 IST 2026"),
        ("ERROR 2026-11-27 03:22:17 IST x", "- error x | time=2026-11-27 03:22:17 IST"),
        (
            r#"{"level":"info","message":"ist","timestamp":"2026-11-25 20:00:00 IST"}"#,
            "- info ist | timestamp=2026-11-25 20:00:00 IST",
        ),
        (
            r#"{"level":"info","message":"two","timestamp":"2026-11-25 20:00:00 XYZT","time":1795636800}"#,
            "2026-11-25T20:00:00.000Z info two | timestamp=2026-11-25 20:00:00 XYZT",
        ),
    ]);
    let lines =
        AT.records("2026-11-25 20:00:00 ERROR a\nFri Nov 27 03:22:17 IST 2026 ERROR b\n2026-11-27 03:22:18 IST INFO c");
    let at: Vec<_> = lines.iter().map(|line| line.at).collect();
    assert_eq!(at[1..], [Moment(AT.0), Moment(AT.0)], "it is not of the line before");
}

#[test]
fn a_word_that_begins_sentences_is_a_level_where_a_time_follows() {
    AT.all(&[
        // Python, `%(levelname)-8s %(asctime)s`, and with bars.
        (
            "CRITICAL 2026-11-26 21:36:39,032 py1.py:7 out of memory",
            "2026-11-26T21:36:39.032Z fatal py1.py:7 out of memory |",
        ),
        ("CRITICAL|2026-11-26 21:36:39,048|a.l3|out of memory", "2026-11-26T21:36:39.048Z fatal a.l3|out of memory |"),
        ("NOTICE 2026-11-26 21:36:39 x", "2026-11-26T21:36:39.000Z info x |"),
        ("FINE\t26/11/2026 21:39:00\tx", "2026-11-26T21:39:00.000Z debug x |"),
        ("PANIC [main] 2026-11-26 21:36:39 x", "2026-11-26T21:36:39.000Z fatal x | thread=main"),
        ("CRITICAL section entered", "- unknown CRITICAL section entered |"),
        ("ALERT at 2026-11-26 21:36:39", "- unknown ALERT at 2026-11-26 21:36:39 |"),
    ]);
}

#[test]
fn words_that_look_like_a_zone_or_a_half_of_the_day_are_the_text_s() {
    AT.all(&[
        ("2026-11-26 07:00:00 pm-worker started", "2026-11-26T07:00:00.000Z unknown pm-worker started |"),
        ("2026-11-26 07:00:00 pm.max_children reached", "2026-11-26T07:00:00.000Z unknown pm.max_children reached |"),
        ("20:00:00 +05 points added", "2026-11-26T20:00:00.000Z unknown +05 points added |"),
        ("20:00:00 -20 ERROR x", "2026-11-26T20:00:00.000Z unknown -20 ERROR x |"),
        ("2026-11-25 11:00:11 DB [12] ERROR pool empty", "2026-11-25T11:00:11.000Z unknown DB [12] ERROR pool empty |"),
        ("[2026-11-25 11:00:11 DB] connected", "2026-11-25T11:00:11.000Z unknown DB] connected |"),
        ("2026-11-25 11:00:11 GET [200] /x", "2026-11-25T11:00:11.000Z unknown GET [200] /x |"),
        ("2026-11-25 11:00:11 US/orders deployed", "2026-11-25T11:00:11.000Z unknown US/orders deployed |"),
        ("1.5e+09 bytes read", "- unknown 1.5e+09 bytes read |"),
        (
            r#"{"time":"2026-11-26T20:00:10Z","log":"2026-11-20 00:00:00 is the cutoff"}"#,
            "2026-11-26T20:00:10.000Z unknown 2026-11-20 00:00:00 is the cutoff |",
        ),
        (
            r#"{"date":1795723210.5,"log":"2026-11-26T20:00:09.123456789Z stdout F {\"level\":\"error\",\"msg\":\"boom\"}"}"#,
            "2026-11-26T20:00:09.123Z error boom |",
        ),
    ]);
}

#[test]
fn levels_stand_where_airflow_coloredlogs_twisted_pgbadger_spark_and_rich_put_them() {
    AT.all(&[
        (
            "[2026-11-26T20:00:00.123+0000] {taskinstance.py:1824} ERROR - Task failed",
            "2026-11-26T20:00:00.123Z error Task failed | logger=taskinstance.py:1824",
        ),
        (
            "2026-11-26 20:00:00 orders[12] ERROR pool empty",
            "2026-11-26T20:00:00.000Z error pool empty | process=orders pid=12",
        ),
        (
            "2026-11-26 20:00:00 web orders[12] ERROR pool empty",
            "2026-11-26T20:00:00.000Z error web orders[12] ERROR pool empty |",
        ),
        (
            "2026-11-26T20:00:00+0000 [twisted.web.server#error] x",
            "2026-11-26T20:00:00.000Z error x | logger=twisted.web.server",
        ),
        (
            "2026-11-26 20:00:00 UTC [12]: [1-1] user=app,db=orders,app=[unknown],client=10.0.0.4 ERROR:  relation missing",
            "2026-11-26T20:00:00.000Z error relation missing | pid=12 thread=1-1 user=app database=orders",
        ),
        ("26/11/26 20:00:00 ERROR Executor: lost", "2026-11-26T20:00:00.000Z error Executor: lost |"),
        ("[11/26/26 20:00:00] CRITICAL disk gone", "2026-11-26T20:00:00.000Z fatal disk gone |"),
        ("20:00:00 [stats] error: 0, warn: 3", "2026-11-26T20:00:00.000Z unknown [stats] error: 0, warn: 3 |"),
        ("20:00:00 [orders] error: 404 not found", "2026-11-26T20:00:00.000Z error 404 not found | thread=orders"),
        ("Nov 26 20:00:00 ERROR x", "2026-11-26T20:00:00.000Z error ERROR x |"),
        ("Nov 26 20:00:00 app[12]: x", "2026-11-26T20:00:00.000Z unknown x | service:app pid=12"),
    ]);
}
