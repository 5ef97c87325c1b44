//! The body of an answer: whole, or cut off in the middle.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// A body on its way out.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// What is still to be sent.
    rest: Bytes,
    /// The length that is announced.
    length: u64,
    cut: Option<Cut>,
}

/// How far a body that is cut off has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// Its beginning is not sent yet.
    Whole,
    /// Its beginning is handed over, and has to leave before the connection ends.
    Begun,
    /// Its beginning is out.
    Out,
}

impl Outgoing {
    pub(super) fn whole(body: Vec<u8>) -> Self {
        Self {
            length: body.len() as u64,
            rest: body.into(),
            cut: None,
        }
    }

    /// The same body, of which only the first bytes arrive: at most all but one, by default half of them. A body of no
    /// bytes stays what it is.
    pub(super) fn cut(self, bytes: Option<usize>) -> Self {
        let Some(most) = self.rest.len().checked_sub(1) else {
            return self;
        };
        let kept = bytes.unwrap_or(self.rest.len() / 2).min(most);
        Self {
            rest: self.rest.slice(..kept),
            cut: Some(Cut::Whole),
            ..self
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let rest = std::mem::take(&mut self.rest);
        match self.cut {
            Some(Cut::Out) => return Poll::Ready(Some(Err(std::io::Error::other("the answer is cut off")))),
            Some(Cut::Begun) => {
                // The connection sends what it holds whenever there is nothing new.
                self.cut = Some(Cut::Out);
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Some(Cut::Whole) => self.cut = Some(Cut::Begun),
            None => {}
        }
        if rest.is_empty() && self.cut.is_some() {
            return self.poll_frame(context);
        }
        Poll::Ready((!rest.is_empty()).then(|| Ok(Frame::data(rest))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.cut.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        // What was announced before the first byte; hyper asks once.
        SizeHint::with_exact(self.length)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn sent(body: Outgoing) -> (u64, Vec<u8>, bool) {
        let announced = body.size_hint().exact().unwrap();
        let (mut body, mut bytes) = (body, Vec::new());
        loop {
            match body.frame().await {
                None => return (announced, bytes, true),
                Some(Ok(frame)) => bytes.extend_from_slice(&frame.into_data().unwrap()),
                Some(Err(_)) => return (announced, bytes, false),
            }
        }
    }

    #[tokio::test]
    async fn a_whole_body_arrives() {
        let body = Outgoing::whole(b"body".to_vec());
        assert_eq!(sent(body).await, (4, b"body".to_vec(), true));
        assert_eq!(sent(Outgoing::whole(Vec::new())).await, (0, Vec::new(), true));
    }

    #[tokio::test]
    async fn a_body_that_is_cut_off_announces_more_than_it_holds() {
        for (bytes, arrived) in [(None, "bo"), (Some(0), ""), (Some(3), "bod"), (Some(99), "bod")] {
            let body = Outgoing::whole(b"body".to_vec()).cut(bytes);
            assert_eq!(sent(body).await, (4, arrived.as_bytes().to_vec(), false));
        }
    }

    #[tokio::test]
    async fn nothing_cannot_be_cut_off() {
        assert_eq!(sent(Outgoing::whole(Vec::new()).cut(None)).await, (0, Vec::new(), true));
    }
}
