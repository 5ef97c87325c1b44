//! The Dfns API on your own machine.
