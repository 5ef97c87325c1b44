//! TLS over a TCP connection.
//!
//! rustls does all of TLS and leaves the moving of bytes to its user. They are moved here, for the one kind of connection that
//! there is: with the adapter that takes any, a good part of rustls would be compiled a second time, in this crate.
//!
//! Invariant: the only end that is taken for one is a `close_notify`. A connection that breaks off is an error.

use std::future::poll_fn;
use std::io::{self, BufRead as _, ErrorKind, IoSlice, Write as _};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A connection whose bytes are encrypted on their way.
pub(super) struct Secured {
    tcp: TcpStream,
    // Of either side, because the functions for a client alone are generic, and compiled where they are called.
    tls: Connection,
}

impl Secured {
    /// Agrees on keys with the other side, whose certificate has to be for `name` and of an authority that is trusted.
    pub(super) async fn connect(
        tcp: TcpStream,
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
    ) -> io::Result<Self> {
        let tls = ClientConnection::new(config, name).map_err(|error| broken(&error))?;
        let mut secured = Self {
            tcp,
            tls: Connection::Client(tls),
        };
        poll_fn(|context| secured.poll_handshake(context)).await?;
        Ok(secured)
    }

    fn poll_handshake(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_sent(context))?;
            if !self.tls.is_handshaking() {
                return Poll::Ready(Ok(()));
            }
            if ready!(self.poll_receive(context))? == 0 {
                let problem = "the connection ended before TLS was agreed on";
                return Poll::Ready(Err(io::Error::new(ErrorKind::UnexpectedEof, problem)));
            }
        }
    }

    /// Takes what has arrived; 0 bytes at the end of the connection.
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let received = self.tls.read_tls(&mut Socket {
            tcp: &mut self.tcp,
            context,
        });
        let received = ready!(as_poll(received))?;
        if let Err(error) = self.tls.process_new_packets() {
            // The other side may be told why, if that goes at once; it is no longer waited for.
            let _ = self.poll_send(context);
            return Poll::Ready(Err(broken(&error)));
        }
        Poll::Ready(Ok(received))
    }

    /// Sends some of what is to be sent.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let sent = self.tls.write_tls(&mut Socket {
            tcp: &mut self.tcp,
            context,
        });
        match ready!(as_poll(sent))? {
            0 => Poll::Ready(Err(ErrorKind::WriteZero.into())),
            sent => Poll::Ready(Ok(sent)),
        }
    }

    /// Sends what was taken for it.
    fn poll_sent(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.tls.wants_write() {
            ready!(self.poll_send(context))?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            match self.tls.reader().into_first_chunk() {
                Ok(chunk) => {
                    let amount = buffer.remaining().min(chunk.len());
                    buffer.put_slice(&chunk[..amount]);
                    self.tls.reader().consume(amount);
                    return Poll::Ready(Ok(()));
                }
                // Nothing is there yet. At the end of the connection there is something: the end, or an error.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    ready!(self.poll_receive(context))?;
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Secured {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            let Connection::Client(tls) = &mut self.tls else {
                unreachable!("this side is the client")
            };
            let taken = tls.writer().write_vectored(pieces)?;
            match self.poll_sent(context) {
                Poll::Ready(sent) => sent?,
                // What was taken is sent later.
                Poll::Pending if taken > 0 => {}
                Poll::Pending => return Poll::Pending,
            }
            if taken > 0 || pieces.iter().all(|piece| piece.is_empty()) {
                return Poll::Ready(Ok(taken));
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_sent(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Sent once, however often this is asked for.
        self.tls.send_close_notify();
        ready!(self.poll_sent(context))?;
        match ready!(Pin::new(&mut self.tcp).poll_shutdown(context)) {
            Err(error) if error.kind() != ErrorKind::NotConnected => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(())),
        }
    }
}

/// TLS found something wrong. The words of rustls alone: all that its own error can do would be compiled here.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Broken(String);

fn broken(error: &rustls::Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, Broken(error.to_string()))
}

/// The socket as rustls wants it: `WouldBlock` where a task waits.
struct Socket<'a, 'b> {
    tcp: &'a mut TcpStream,
    context: &'a mut Context<'b>,
}

impl io::Read for Socket<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        as_result(Pin::new(&mut *self.tcp).poll_read(self.context, &mut buffer))?;
        Ok(buffer.filled().len())
    }

    // rustls reads piece by piece. What the library has for reading to the end is large, and would be compiled for nothing.

    fn read_to_end(&mut self, _: &mut Vec<u8>) -> io::Result<usize> {
        Err(ErrorKind::Unsupported.into())
    }

    fn read_to_string(&mut self, _: &mut String) -> io::Result<usize> {
        Err(ErrorKind::Unsupported.into())
    }
}

impl io::Write for Socket<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        as_result(Pin::new(&mut *self.tcp).poll_write(self.context, bytes))
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        as_result(Pin::new(&mut *self.tcp).poll_write_vectored(self.context, pieces))
    }

    /// A socket keeps nothing back.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn as_result<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Err(ErrorKind::WouldBlock.into()),
    }
}

fn as_poll<T>(result: io::Result<T>) -> Poll<io::Result<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}
