//! The Dfns API on your own machine.
mod keys;
