//! What becomes of a change that policy can hold back.

/// The answer to a change of a policy, a permission, an assignment or a vault's lock.
#[derive(Clone, Debug)]
pub enum Change<T, P> {
    /// It is made: HTTP 200 or 204.
    Made(T),
    /// It waits until people have approved it: HTTP 202.
    Held(P),
}
