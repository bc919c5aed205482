//! Which lines belong to a trace, of all runtimes, and which look like it and do not.

use super::*;

/// How many of the lines after the first belong to it.
fn taken(trace: &str) -> usize {
    let mut within = Within::Nothing;
    trace.lines().take_while(|line| within.then(line).map(|next| within = next).is_some()).count()
}

#[test]
fn traces_of_all_runtimes_are_taken_whole() {
    for trace in [
        "java.lang.IllegalStateException: no room\n\tat a.B.c(B.java:7)\n\tat d.E.f(E.java:1) ~[x.jar:1]\n\
         Caused by: java.io.IOException\n\t... 12 more\n\tSuppressed: x.Y: z",
        "\tat a.B.c(B.java:7)\n\tat d.E.f(E.java:1)",
        "Traceback (most recent call last):\n  File \"/a.py\", line 7, in f\n    g()\nValueError: no",
        "Traceback (most recent call last):\n  File \"x\"\nKeyError: 'a'\n\
         During handling of the above exception, another exception occurred:\n\
         Traceback (most recent call last):\n  File \"y\"\na.b.CustomFailure",
        "  + Exception Group Traceback (most recent call last):\n  |   File \"/a.py\", line 2, in <module>\n  \
         | ExceptionGroup: many (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | ValueError: a\n    \
         +---------------- 2 ----------------\n    | KeyError: 'b'\n    +------------------------------------",
        "    at file:///srv/app/a.mjs:7:75\n    at node:internal/x:1:2",
        "   at Orders.Pay() in /src/Pay.cs:line 7\n   --- End of inner exception stack trace ---",
        "   at A.B()\n--- End of stack trace from previous location ---\n   at C.D()",
        "Stack trace:\n#0 /a.php(7): f()\n#1 {main}\n\nNext Exception: x in /a.php:9\nStack trace:\n#0 {main}\n  thrown in /a.php on line 3",
        "[stacktrace]\n#0 /a.php(7): f()\n\"}",
        "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x1d\ncreated by main.run",
    ] {
        assert_eq!(taken(trace), trace.lines().count(), "{trace}");
    }
}

#[test]
fn a_private_key_is_taken_to_its_end_and_nothing_behind_it() {
    let key = "MIIEpAIBAAKCAQEA\nProc-Type: 4,ENCRYPTED\n\nab+/cd==\n-----END RSA PRIVATE KEY-----\nnext";
    let mut within = Within::Key;
    let taken = key.lines().take_while(|line| within.then(line).map(|next| within = next).is_some()).count();
    assert_eq!(taken, 5);
    assert!(begins_key("key: -----BEGIN PRIVATE KEY-----") && begins_key("-----BEGIN EC PRIVATE KEY-----"));
    for line in ["-----BEGIN CERTIFICATE-----", "-----BEGIN PRIVATE KEY----- a -----END PRIVATE KEY-----", ""] {
        assert!(!begins_key(line), "{line}");
    }
    assert_eq!(Within::Key.then("12:00 INFO up"), None, "one that was never ended");
}

#[test]
fn what_may_head_a_trace_is_a_class_alone_or_before_a_colon() {
    for line in [
        "com.acme.OrderRejected: nope",
        "com.acme.OrderRejected",
        "OrderRejected: nope",
        "a.B$C: x",
        "TypeError [ERR_INVALID_ARG_TYPE]: no",
    ] {
        assert!(may_head(line), "{line}");
    }
    for line in [
        "orders: 17 taken",
        "Order 17 was taken",
        "http://X/y",
        "INFO: x y",
        "www.example.com: Up",
        " A: b",
        "Orders [7]x: a",
        "Orders [open]: a",
    ] {
        assert_eq!(may_head(line), line.starts_with("INFO"), "{line}");
    }
}

#[test]
fn other_lines_are_lines() {
    for line in [
        "  indented",
        "at the end",
        "www.example.com: up",
        "Error handling was improved",
        "java.lang.String: x",
        "  .   ____          _",
        "goroutine leak found",
        "",
    ] {
        assert_eq!(taken(line), 0, "{line}");
    }
}
