//! Tokens by their makers, hashes of passwords, and words that begin alike.

use super::super::mask;

#[test]
fn tokens_are_known_by_how_their_makers_write_them() {
    // Apart, since none is a real one and who looks for those should find nothing here.
    for (begin, rest) in [
        ("tskey-auth-", "iK2ZWeqhFWCEPyCNTRL-YngFb51yBMWXaSCrUZoL8g5ubbbPIa84"),
        ("tskey-auth-", "kFo3yRnBUbHoCNTRL-WC8FJowoRoWD8s7bA16J7PglOU3shVv5"),
        ("tskey-api-", "kUTG79BG16QmCNTRL-tsL4F28GzL2cEpVZzAQlxJ4SXRVxfCQG"),
        ("tskey-client-", "kgXkH1zxFUbECNTRL-ctT2NLLzPkkGoaXmI63JozGw82KwD6rQ"),
        ("rubygems_", "0c46d1fb6dfbdb0ae0755281220e087835b92558589eaff3"),
        ("xkeysib-", "09cad68386d070c415ed7e70cad19461922995d84016e51c6b36d6f3c9f0ac90-km2uZKYivBnrRg1y"),
        ("nvapi-", "S-EifkrvvBIQGVRRoLE-rnPf0jWsqRoWjCkIULo6JnfLbbl0ofyE1uo5vEun3WLG"),
        ("r8_", "TEugnPucbaY7sUMuCzuzee6uMDhqnYNX5I3SE"),
        ("dp.pt.", "QwqlIntmpxf0rfWCfPKPv8oy9tculuY2L56tpvgINLZ"),
        ("dp.st.dev.", "MfpobZpzerJ3eUebOasWYwFE32jgGXYueG8QllXjj03"),
        ("dp.st.", "utgTG16Msi5njI6UcXu05NZR6J18VSnltBIkdT3QpqX"),
        ("AGE-SECRET-KEY-", "1YUMSUAQE42SLP6PRKGGGS3EET9WLQT5UW05L7W643WRYH2DNNNH2A98CTF"),
        ("CFPAT-", "G2Bg_YSXvflGmIkrk4EW3YvP4q-Bp30pLJFWay4cdFH"),
        ("dckr_oat_", "CbVHrfqZuftc3ydUquViqYyZh2RtgB1p"),
        ("PMAT-", "NFVHEIS0VOBL6XTSY073EM0OCP"),
        ("sbp_", "8d092f378db71354912601d02101aa006f689875"),
        ("pul-", "6c17e1aad30525675931a42e4719b12e67531613"),
        ("lsv2_pt_", "445287ba58f92d4be34a25f116bbbba3_5c186179ac"),
        ("phx_", "BDDGJtkHNG9tL1YnsRjRa0vhByTPGVlN4CC0ICx1ndf"),
        ("xai-", "UggIyiCzlECH2LcLm8LCFys6wXWl1Mrl4XbJdZQe7JoC2uCv4VgydVDr7ADvGgkzI3B44NV2EGjujwiN"),
        ("pplx-", "676e433d1e4ba8c0cfe99ca953f5e4e33aafaaeafc657671"),
        ("nfp_", "dwh13pOOhB8jZbxijsbEObEeWYLBfEIMGgiI"),
        ("rdme_", "xn8s9hb33b36320d729f1d9c108fe78afe185ee95acdcf79024f3b899434e1efab4068"),
        ("amzn1.oa2-", "cs.v1.fdd2561ddbb45771b2ea6784c3f0f98964c1ce047f39d6a377f35fbdcd0c4d41"),
    ] {
        assert_eq!(mask(&format!("got {begin}{rest} today")), "got *** today", "{begin}");
        let cut = &rest[..rest.len() / 4];
        assert_eq!(mask(&format!("got {begin}{cut} today")), format!("got {begin}{cut} today"));
    }
    let long = "aB3dE6gH9k".repeat(12);
    for begin in ["EAAC", "ops_eyJ", "sk-ant-api03-", "pypi-AgEIcHlwaS5vcmc", "ya29."] {
        assert_eq!(mask(&format!("got {begin}{long} today")), "got *** today", "{begin}");
    }
    let encrypted = format!("eyJhbGciOiJkaXIifQ..{0}.{long}.{0}", "aB3dE6gH9k");
    assert_eq!(mask(&format!("got {encrypted} today")), "got *** today");
    assert_eq!(mask(&format!("got {} today", encrypted.replace("..", ".x1y2z3."))), "got *** today");
    for text in [
        "npm_config_registry_url=x npm_package_name=y hf_hub_download_timeout=3",
        "sk-learn-pipeline-runner r8_driver_of_the_board xai-lab pul-request sbp_x dp.pt.x EAAbc",
        "tskey-auth is unset, an AGE-SECRET-KEY-1 line",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn hashes_of_passwords_are_masked() {
    for hash in [
        "pbkdf2_sha256$260000$abchunter2$hunter2+a/b=",
        "pbkdf2:sha256:260000$abchunter2$0123456789abcdef",
        "scrypt:32768:8:1$abchunter2$0123456789abcdef",
        "$pbkdf2-sha512$25000$hunter2hunter2$hunter2hunter2",
        "$2b$12$hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunt",
        "$argon2id$v=19$m=65536,t=3,p=4$hunter2$hunter2hunter2",
        "$scrypt$ln=16,r=8,p=1$hunter2hunter2$hunter2hunter2",
        "{SSHA}hunter2hunter2hunter2hunter2",
        "{SSHA512}hunter2hunter2hunter2hunter2==",
        "{PBKDF2-SHA256}10000$hunter2hunter2$hunter2hunter2",
        "{CRYPT}$6$hunter2hunter2$hunter2hunter2",
        "SCRAM-SHA-256$4096:hunter2hunter2==$hunter2hunter2=:hunter2hunter2=",
    ] {
        assert_eq!(mask(&format!("stored {hash} for bob")), "stored *** for bob");
        assert_eq!(mask(&format!(r#"{{"h":"{hash}","n":1}}"#)), r#"{"h":"***","n":1}"#);
    }
    for text in [
        "{SSHA} is not supported",
        "scrypt: bad parameter",
        "{MD5} and {sha} of x cost $5$ or $7",
        "SCRAM-SHA-256 used",
    ] {
        assert_eq!(mask(text), text);
    }
}
