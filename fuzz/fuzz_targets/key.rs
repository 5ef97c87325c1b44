//! A private key of any form.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dfns_fuzz::key(bytes);
});

#[cfg(not(fuzzing))]
fn main() {}
