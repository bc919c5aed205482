//! Any bytes as a log, cut into reads of any length.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    keepwatch::telemetry::logs::fuzzed::read(bytes);
});
