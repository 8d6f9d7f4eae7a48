//! Connections from outside: so many at once and no more, and none that takes its time.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long the head of a request may take to come in, counted from the connection or the answer before it.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// The longest head, in bytes, and how much of a body is held for whoever reads it.
const MOST_HELD: usize = 64 * 1024;
/// How long to wait where the system has no connection to give, as when too many files are open.
const PAUSE: Duration = Duration::from_secs(1);

/// Has requests answered until `stop`, over at most `most` connections at once: whoever comes then waits. Those
/// that are under way are finished.
pub(super) async fn serve<H, F>(listener: TcpListener, most: usize, stop: CancellationToken, answer: H)
where
    H: Fn(Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let seats = Arc::new(Semaphore::new(most));
    let guests = TaskTracker::new();
    loop {
        let comes = async { (seats.clone().acquire_owned().await, listener.accept().await) };
        let (seat, came) = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            came = comes => came,
        };
        match came {
            Ok((stream, _)) => {
                let guest = converse(stream, stop.clone(), answer.clone());
                guests.spawn(async move {
                    guest.await;
                    drop(seat);
                });
            }
            Err(error) => {
                tracing::warn!(cause = %error, "no connection can be taken");
                // Either way the loop goes on.
                let _ = tokio::time::timeout(PAUSE, stop.cancelled()).await;
            }
        }
    }
    drop(listener);
    guests.close();
    guests.wait().await;
}

/// One connection, request after request.
async fn converse<H, F>(stream: TcpStream, stop: CancellationToken, answer: H)
where
    H: Fn(Request) -> F,
    F: Future<Output = Response>,
{
    // Small answers must not wait for the other side's delayed acknowledgement; without it, only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let answered = answer(request.map(Body::new));
        async { Ok::<_, Infallible>(answered.await) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(MOST_HELD);
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
    // A connection that breaks is no news: what was not answered comes again.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    /// A door that answers everything; gives its address, and what closes it.
    async fn door(most: usize) -> (std::net::SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let served = serve(listener, most, stop.clone(), |_| async { "yes".into_response() });
        (address, stop, tokio::spawn(served))
    }

    /// Says something; gives the first bytes of what comes back, nothing where the connection ends.
    async fn says(stream: &mut TcpStream, words: &[u8]) -> Vec<u8> {
        stream.write_all(words).await.expect("written");
        let mut answer = vec![0; 1024];
        let length = stream.read(&mut answer).await.expect("an answer or the end");
        answer.truncate(length);
        answer
    }

    // The clock of these goes on by itself as soon as everybody waits.
    #[tokio::test(start_paused = true)]
    async fn whoever_says_nothing_or_not_enough_is_shown_out() {
        let (address, ..) = door(4).await;
        for words in [&b""[..], b"POST / HT", b"GET / HTTP/1.1\r\nhost: x\r\n"] {
            let mut slow = TcpStream::connect(address).await.expect("a connection");
            assert_eq!(says(&mut slow, words).await, b"", "{words:?}");
        }
        let mut idle = TcpStream::connect(address).await.expect("a connection");
        assert!(says(&mut idle, WHOLE).await.starts_with(b"HTTP/1.1 200"));
        assert_eq!(says(&mut idle, b"").await, b"", "a connection that is not used ends");
    }

    #[tokio::test(start_paused = true)]
    async fn one_more_than_there_are_seats_waits_and_is_served() {
        let (address, ..) = door(2).await;
        let mut idle = Vec::new();
        for _ in 0..2 {
            idle.push(TcpStream::connect(address).await.expect("a connection"));
        }
        let mut third = TcpStream::connect(address).await.expect("a connection");
        let soon = tokio::time::timeout(HEAD_WITHIN / 2, says(&mut third, WHOLE)).await;
        assert!(soon.is_err(), "it came in before a seat was free");
        assert!(says(&mut third, b"").await.starts_with(b"HTTP/1.1 200"));
    }

    #[tokio::test]
    async fn a_head_without_end_is_refused() {
        let (address, ..) = door(1).await;
        let mut endless = TcpStream::connect(address).await.expect("a connection");
        let words = [b"GET / HTTP/1.1\r\nx: ".to_vec(), vec![b'x'; MOST_HELD]].concat();
        assert!(says(&mut endless, &words).await.starts_with(b"HTTP/1.1 431"));
    }

    #[tokio::test]
    async fn it_ends_when_it_is_told_to_and_nobody_is_under_way() {
        let (address, stop, served) = door(2).await;
        let mut idle = TcpStream::connect(address).await.expect("a connection");
        assert!(says(&mut idle, WHOLE).await.starts_with(b"HTTP/1.1 200"));
        stop.cancel();
        served.await.expect("an end");
        assert_eq!(says(&mut idle, b"").await, b"");
    }
}
