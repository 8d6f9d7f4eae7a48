//! The door of a stand-in: it listens on loopback only, and lets in nobody from elsewhere.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::wire::{Cut, Wires};

/// The end of a server, for everybody who waits for it.
pub(crate) type Ended = Shared<BoxFuture<'static, ()>>;

/// Binds an address of this machine.
///
/// # Errors
/// When the address is not loopback or cannot be bound.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    if !address.ip().is_loopback() {
        let text = "the practice platform listens on loopback only";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    TcpListener::bind(address).await
}

/// Serves until told to stop; the future given back ends when the server has.
pub(crate) fn serve(listener: TcpListener, routes: Router, stop: CancellationToken) -> Ended {
    let app = routes.layer(middleware::from_fn(only_loopback)).into_make_service_with_connect_info::<Cut>();
    let server = axum::serve(Wires(listener), app).with_graceful_shutdown(stop.clone().cancelled_owned());
    let task = tokio::spawn(async move {
        tokio::select! {
            // An error here means that the listener is gone, which is the end as well.
            _ = server.into_future() => {}
            // A client in the middle of a request must not hold up the end.
            () = async { stop.cancelled().await; tokio::time::sleep(Duration::from_secs(1)).await } => {}
        }
    });
    async move { drop(task.await) }.boxed().shared()
}

/// Refuses requests under a foreign host name, so that no web page elsewhere reaches this through a name
/// that it lets point to loopback, and requests sent by pages of other origins.
async fn only_loopback(headers: HeaderMap, request: Request, next: Next) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or(request.uri().authority().map(|authority| authority.as_str()));
    let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let own_page = origin.is_none_or(|origin| origin.strip_prefix("http://").is_some_and(is_loopback));
    if host.is_some_and(is_loopback) && own_page {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "this address is for this machine only").into_response()
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}
