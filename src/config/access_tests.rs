//! What it means to take spans and lines from other machines is said before they come.

use super::*;

#[test]
fn what_is_open_to_other_machines_is_warned_of_until_a_token_and_tls_guard_it() {
    let warned = |open: bool, token: bool, tls: bool, at: &str| {
        let access = Access { open, token: token.then(|| "token".into()), tls: tls.then(|| ("c".into(), "k".into())) };
        access.warning(&at.parse().unwrap()).unwrap_or_default()
    };
    let bare = warned(true, false, false, "0.0.0.0:4317");
    assert!(bare.contains("whoever reaches 0.0.0.0:4317") && bare.contains("--otlp-token FILE"), "{bare}");
    assert!(warned(true, true, false, "[::]:4317").contains("in the clear"));
    assert!(warned(true, false, true, "host.example:4317").contains("no token"));
    for (open, token, tls, at) in [
        (true, true, true, "0.0.0.0:4317"),
        (true, false, false, "127.0.0.1:4317"),
        (true, false, false, "localhost:4317"),
        (false, false, false, "0.0.0.0:4317"),
        (true, false, false, "off"),
    ] {
        assert_eq!(warned(open, token, tls, at), "", "{at}");
    }
}
