//! The one funnel through which generated files are written.
//!
//! Invariant: it knows every file that should exist; whatever else lies in a folder of generated files is a stray.
