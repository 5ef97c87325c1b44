//! The settings of one call, as small as the fluent calls allow. (The real ones are proven where they are.)

use crate::Dfns;

/// What every call has.
pub trait CallOptions: Sized {
    /// The client that the call is made by.
    fn dfns(&mut self) -> &mut Dfns;

    /// Makes the call by another client.
    #[must_use]
    fn by(mut self, dfns: &Dfns) -> Self {
        self.dfns().clone_from(dfns);
        self
    }
}

macro_rules! call_options {
    ($($call:ident),* $(,)?) => {
        $(
            impl $crate::CallOptions for $call {
                fn dfns(&mut self) -> &mut $crate::Dfns {
                    &mut self.dfns
                }
            }
        )*
    };
}
pub(crate) use call_options;
