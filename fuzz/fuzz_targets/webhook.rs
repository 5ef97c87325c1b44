//! A delivery to a webhook, signed or not.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dfns_fuzz::webhook(bytes);
});

#[cfg(not(fuzzing))]
fn main() {}
