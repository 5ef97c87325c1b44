//! Stories that play the Dfns API through real HTTP, and the helpers they share.
