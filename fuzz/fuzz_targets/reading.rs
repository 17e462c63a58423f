#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| traceline_fuzz::reading::check(bytes));
