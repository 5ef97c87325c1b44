//! The body of an answer, which must end before the deadline does.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

use super::deadline::Deadline;

/// What hyper reads from the connection, chunk by chunk as it arrives.
pub(super) struct AnswerBody {
    incoming: Incoming,
    deadline: Option<Deadline>,
}

impl AnswerBody {
    pub(super) fn new(incoming: Incoming, deadline: Option<Deadline>) -> Self {
        Self { incoming, deadline }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        match &mut self.deadline {
            Some(deadline) => deadline.poll(context).map(|error| Some(Err(error.into()))),
            None => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
