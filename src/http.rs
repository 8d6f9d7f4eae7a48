//! The HTTP client, handed in. The only place that makes one.

use std::time::Duration;

/// How long a connection may take to come about. Shorter than any whole request, so that a host that
/// cannot be reached is told apart from one that took a request and did not answer.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a connection waits for its next use. Short, because a request that meets a connection which
/// the other side is just closing ends with an unknown outcome.
const IDLE: Duration = Duration::from_secs(20);
/// Connections that are kept to one host: more than the outbox ever sends at once.
const IDLE_PER_HOST: usize = 128;

/// A client for the chat platforms. It follows no redirects, so that a token never goes to another host.
///
/// HTTP/1.1 only: one connection that breaks then leaves one outcome unknown, not those of all the
/// requests that HTTP/2 would have sent over it.
///
/// # Errors
/// Where the machine's TLS cannot be set up.
#[expect(clippy::disallowed_methods, reason = "this is where the client is made that is handed in")]
pub fn http_client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .use_rustls_tls()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(30))
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .user_agent(concat!("loa/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .build()
}
