//! Any bytes as an export of traces, logs or metrics, in JSON and in protobuf.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    keepwatch::telemetry::otlp::fuzzed::read(bytes);
});
