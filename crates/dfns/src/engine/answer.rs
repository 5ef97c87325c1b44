//! The body of an answer, put together from what arrives.
//!
//! Invariant: no more is kept than the limit allows, whatever the server announces.

use bytes::{Bytes, BytesMut};
use http::StatusCode;

use super::Limits;
use super::unanswered::TooLong;

/// How much of the answer to a refused request is read.
const LONGEST_REFUSAL: usize = 64 * 1024;
/// How much room is made for what has only been announced, at most.
const MOST_ROOM: usize = 1024 * 1024;

/// A body in the making.
pub(super) struct Collected {
    /// The status already says that the request was refused; a cut body says no more.
    may_be_cut: bool,
    limit: usize,
    /// The first piece. Most bodies have no other, and are not copied.
    first: Bytes,
    /// All pieces, from the second on.
    all: Option<BytesMut>,
}

/// Whether more is wanted after a piece.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    More,
    Enough,
}

impl Collected {
    pub(super) fn new(status: StatusCode, limits: Limits) -> Self {
        let may_be_cut = !status.is_success();
        Self {
            may_be_cut,
            limit: if may_be_cut { LONGEST_REFUSAL } else { limits.answer },
            first: Bytes::new(),
            all: None,
        }
    }

    /// Takes the next piece. `rest` is how much the server announces to follow, a size for the allocation and no promise.
    pub(super) fn push(&mut self, mut piece: Bytes, rest: u64) -> Result<Next, TooLong> {
        let length = self.all.as_ref().map_or(self.first.len(), BytesMut::len);
        let room = self.limit - length;
        let is_too_much = piece.len() > room;
        if is_too_much && !self.may_be_cut {
            return Err(TooLong(self.limit));
        }
        piece.truncate(room);
        match &mut self.all {
            Some(all) => all.extend_from_slice(&piece),
            None if self.first.is_empty() => self.first = piece,
            None => {
                let rest = usize::try_from(rest).unwrap_or(MOST_ROOM).min(MOST_ROOM);
                let mut all = BytesMut::with_capacity(length + piece.len() + rest);
                all.extend_from_slice(&std::mem::take(&mut self.first));
                all.extend_from_slice(&piece);
                self.all = Some(all);
            }
        }
        Ok(if is_too_much { Next::Enough } else { Next::More })
    }

    /// The body, at its end. `end` is how it came to that.
    pub(super) fn finish<E>(self, end: Result<(), E>) -> Result<Bytes, E> {
        match end {
            Err(error) if !self.may_be_cut => Err(error),
            _ => Ok(self.all.map_or(self.first, BytesMut::freeze)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http::StatusCode;

    use super::{Collected, LONGEST_REFUSAL, Limits, Next, TooLong};

    fn collected(status: StatusCode, answer: usize) -> Collected {
        let timeout = Duration::from_secs(1);
        Collected::new(status, Limits { timeout, answer })
    }

    fn fill(body: &mut Collected, pieces: &[&'static [u8]]) -> Result<Next, TooLong> {
        let mut next = Next::More;
        for piece in pieces {
            next = body.push(Bytes::from_static(piece), u64::MAX)?;
        }
        Ok(next)
    }

    #[test]
    fn body_in_one_piece_is_not_copied() {
        let piece = Bytes::from(vec![b'x'; 100]);
        let mut body = collected(StatusCode::OK, 100);
        body.push(piece.clone(), 0).expect("room");
        assert_eq!(body.finish::<()>(Ok(())).expect("a body").as_ptr(), piece.as_ptr());
    }

    #[test]
    fn pieces_are_put_together_in_their_order() {
        let mut body = collected(StatusCode::OK, 6);
        assert_eq!(fill(&mut body, &[b"a", b"", b"bcd", b"ef"]).expect("room"), Next::More);
        assert_eq!(body.finish::<()>(Ok(())).expect("a body"), "abcdef");
    }

    #[test]
    fn answer_longer_than_the_limit_is_an_error_and_not_kept() {
        let mut body = collected(StatusCode::OK, 6);
        let error = fill(&mut body, &[b"abc", b"defg"]).expect_err("too long");
        assert_eq!(error.to_string(), "the answer is longer than 6 bytes");
    }

    #[test]
    fn answer_that_breaks_off_is_an_error() {
        let mut body = collected(StatusCode::OK, 6);
        fill(&mut body, &[b"abc"]).expect("room");
        assert_eq!(body.finish(Err("gone")), Err("gone"));
    }

    #[test]
    fn refusal_is_cut_where_it_gets_long_or_breaks_off() {
        let mut body = collected(StatusCode::BAD_GATEWAY, 6);
        fill(&mut body, &[b"<h1>"]).expect("a beginning");
        let piece = Bytes::from(vec![b'x'; LONGEST_REFUSAL]);
        assert_eq!(body.push(piece, 0).expect("a beginning"), Next::Enough);
        let body = body.finish(Err("gone")).expect("a beginning");
        assert_eq!((body.len(), &body[..5]), (LONGEST_REFUSAL, &b"<h1>x"[..]));
    }
}
