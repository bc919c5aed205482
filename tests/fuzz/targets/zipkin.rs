//! Any bytes as spans of Zipkin's second format. Its own target: from OTLP's seeds a fuzzer does not find the way there.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    keepwatch::telemetry::otlp::fuzzed::read(bytes);
});
