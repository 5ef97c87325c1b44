//! A call that was begun, and the answer of a device to it.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    dfns_fuzz::action(bytes);
});

#[cfg(not(fuzzing))]
fn main() {}
