//! A challenge that a signer is to answer.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dfns_fuzz::challenge(bytes);
});

#[cfg(not(fuzzing))]
fn main() {}
