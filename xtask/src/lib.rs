//! The only code that writes generated files.
//!
//! Invariant: every generated file passes through [`tree`], which knows all files that should exist.

pub mod codegen;
pub mod drift;
pub mod golden;
pub mod spec;
pub mod tree;
