//! The conventions of `spec/README.md`, one small function a rule.
//!
//! Invariant: the lint only reads, looks at everything, and reports everything that it finds.

use super::{Findings, Spec};

mod callbacks;
mod calls;
mod context;
mod exchange;
mod extensions;
mod forms;
mod names;
mod parameters;
mod places;
mod progress;
mod shapes;
mod unions;
mod values;
mod words;

use context::Context;
pub use forms::CHECKSUM;
pub use names::TAKEN;

/// Holds `spec` against the conventions.
pub fn lint(spec: &Spec) -> Findings {
    let mut context = Context::new(spec);
    callbacks::check(&mut context);
    calls::check(&mut context);
    exchange::check(&mut context);
    extensions::check(&mut context);
    forms::check(&mut context);
    names::check(&mut context);
    parameters::check(&mut context);
    places::check(&mut context);
    progress::check(&mut context);
    shapes::check(&mut context);
    unions::check(&mut context);
    values::check(&mut context);
    words::check(&mut context);
    context.into_findings()
}
