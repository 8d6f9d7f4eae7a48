//! The address from which files are fetched that could not be handed over: whoever has a link that loa signed gets its
//! file, everybody else learns nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::jobs::links::{Linked, Links};
use crate::store::Store;

use super::page::page;
use super::{door, say};

/// How many connections may be open at once.
const MOST_CONNECTIONS: usize = 64;

/// A place where files are fetched, listening already.
pub struct Door {
    listener: TcpListener,
    links: Arc<Links>,
}

impl Door {
    /// Begins to listen.
    ///
    /// # Errors
    /// An address that is not this machine's, or that another program has.
    pub async fn bind(listen: SocketAddr, links: Links) -> std::io::Result<Self> {
        Ok(Self::over(TcpListener::bind(listen).await?, Arc::new(links)))
    }

    /// The same over a place where somebody listens already.
    pub fn over(listener: TcpListener, links: Arc<Links>) -> Self {
        Self { listener, links }
    }

    /// What makes the addresses that lead here.
    pub fn links(&self) -> Arc<Links> {
        self.links.clone()
    }

    /// Gives files until `stop`; those that are under way are finished.
    pub async fn serve(self, store: Store, stop: CancellationToken) {
        let links = self.links;
        door::serve(self.listener, MOST_CONNECTIONS, stop, move |request: Request| {
            let (links, store) = (links.clone(), store.clone());
            // The body of a request cannot be held while its answer is waited for.
            let asks = matches!(*request.method(), Method::GET | Method::HEAD);
            let linked = links.read(request.uri().path(), store.now()).filter(|_| asks);
            async move { give(linked, &store).await }
        })
        .await;
    }
}

async fn give(linked: Option<Linked>, store: &Store) -> Response {
    let gone = |status| page(status, &say("files-gone", &[]), "");
    let Some(linked) = linked else { return gone(StatusCode::NOT_FOUND) };
    match store.blob(&linked.sha256).await {
        Ok(Some((bytes, mime))) => (headers(&linked, &mime), bytes).into_response(),
        // It is past its time and was swept away.
        Ok(None) => gone(StatusCode::GONE),
        Err(error) => {
            tracing::error!(cause = %error, "a file could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// A picture or PDF is shown, all else is saved; nothing is run as a page, kept by others, or found by search engines.
fn headers(linked: &Linked, mime: &str) -> [(header::HeaderName, String); 6] {
    let safe = matches!(mime, "image/jpeg" | "image/png" | "image/webp" | "application/pdf");
    let (mime, how) = if safe { (mime, "inline") } else { ("application/octet-stream", "attachment") };
    [
        (header::CONTENT_TYPE, mime.to_owned()),
        // The name has only letters that need no escaping.
        (header::CONTENT_DISPOSITION, format!("{how}; filename=\"{}\"", linked.name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::HeaderName::from_static("x-robots-tag"), "noindex, nofollow".to_owned()),
    ]
}
