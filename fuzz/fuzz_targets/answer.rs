//! What the API answers to reads.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dfns_fuzz::answer(bytes);
});

#[cfg(not(fuzzing))]
fn main() {}
