//! HTTP clients, handed in. The only place that makes one.

use std::time::Duration;

/// How long a connection may take to come about.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// A client for a platform's API: keeps its connections, follows no redirects (a redirect would carry the
/// token elsewhere).
///
/// # Errors
/// Where the machine's TLS cannot be set up.
#[expect(clippy::disallowed_methods, reason = "this is where HTTP clients are handed over")]
pub fn http_client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .user_agent(concat!("loa/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_WITHIN)
        .pool_max_idle_per_host(128)
        .tcp_nodelay(true)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
}
