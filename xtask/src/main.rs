//! The only code that writes generated files.

fn main() {}
