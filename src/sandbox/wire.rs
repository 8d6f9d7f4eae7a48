//! Connections that can be cut from inside a handler, as a broken network would.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::extract::multipart::MultipartError;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::faults::Fault;

/// Whether a body is broken because its connection ended in the middle: whoever sent it was killed, and did nothing wrong.
pub(crate) fn is_cut_off(error: &MultipartError) -> bool {
    error.status().is_server_error()
}

/// A listener that hands out connections with a switch on each.
pub(crate) struct Wires(pub TcpListener);

/// One connection. Once its switch is thrown every write fails, so the server drops it unanswered.
pub(crate) struct Wire {
    stream: TcpStream,
    cut: Cut,
}

/// The switch of one connection; handlers receive it as `ConnectInfo<Cut>`.
#[derive(Clone, Default)]
pub(crate) struct Cut(Arc<AtomicBool>);

impl Cut {
    /// Breaks the connection: whatever is answered from now on does not reach the other side.
    pub(crate) fn now(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Listener for Wires {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, from) = Listener::accept(&mut self.0).await;
        // Small answers must not wait for the client's delayed acknowledgement; without it, only slower.
        stream.set_nodelay(true).ok();
        (Wire { stream, cut: Cut::default() }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Wires>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Wires>) -> Cut {
        stream.io().cut.clone()
    }
}

impl Wire {
    fn check(&self) -> io::Result<()> {
        if self.cut.0.load(Ordering::SeqCst) {
            // A reset rather than an orderly end, so that it looks like a fault of the network.
            self.stream.set_zero_linger().ok();
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Lays a fault of the connection over an answer.
pub(crate) async fn show(
    fault: Option<Fault>,
    cut: &Cut,
    stop: &CancellationToken,
    response: Response,
) -> Response {
    match fault {
        Some(Fault::ResetBefore | Fault::ResetAfter) => cut.now(),
        Some(Fault::Stall(time)) => pause(stop, time).await,
        Some(Fault::StallBefore(time)) => {
            pause(stop, time).await;
            cut.now();
        }
        Some(Fault::Garbage) => return "<html><body>garbage</body></html>".into_response(),
        // What stands before a platform's servers answers in HTML.
        Some(Fault::Status(code)) if code > 500 => {
            let code = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY);
            return (code, [(header::CONTENT_TYPE, "text/html")], format!("<h1>{code}</h1>")).into_response();
        }
        _ => {}
    }
    response
}

async fn pause(stop: &CancellationToken, time: Duration) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = stop.cancelled() => {}
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, Bytes};
    use axum::extract::{FromRequest, Multipart, Request};

    use super::*;

    const HALF: &str = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx";

    async fn broken(body: Body) -> MultipartError {
        let kind = "multipart/form-data; boundary=b";
        let request = Request::builder().header(header::CONTENT_TYPE, kind).body(body).expect("a request");
        let mut form = Multipart::from_request(request, &()).await.expect("a form");
        match form.next_field().await {
            Ok(field) => field.expect("a field").bytes().await.expect_err("a broken body"),
            Err(error) => error,
        }
    }

    #[tokio::test]
    async fn who_is_killed_in_the_middle_did_nothing_wrong() {
        let parts = [Ok(Bytes::from_static(HALF.as_bytes())), Err(io::Error::other("the connection ended"))];
        assert!(is_cut_off(&broken(Body::from_stream(futures::stream::iter(parts))).await));
        assert!(!is_cut_off(&broken(Body::from(HALF)).await), "half a form, and no more to come");
    }
}
