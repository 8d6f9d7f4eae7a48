//! The HTTP side.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::multipart::MultipartError;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use reqwest::redirect::Policy;
use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::api::{self, Asked, Result};
use super::refusal::Refusal;
use super::uploads::{Kind, Part};
use super::world::World;
use crate::sandbox::clock::Now;
use crate::sandbox::content;
use crate::sandbox::door::{self, Ended};
use crate::sandbox::faults::Faults;
use crate::sandbox::orders;
use crate::sandbox::wire::{self, Cut};

/// Room for what is too large, so that it can be refused in words.
const LARGEST_BODY: usize = 32 << 20;

/// What every handler and every handle shares.
pub(super) struct Shared {
    world: Mutex<World>,
    /// Number of the last change, for those who wait for one.
    pub changed: watch::Sender<u64>,
    /// Counts what the webhook must look at.
    pub mail: watch::Sender<u64>,
    pub faults: Faults,
    pub stop: CancellationToken,
    /// With which the platform itself goes out; it follows no redirects.
    pub client: reqwest::Client,
    pub wait_bound: Duration,
    /// Tells a page that outlived an earlier run that this is another one.
    pub session: String,
    now: Now,
}

impl Shared {
    pub fn new(world: World) -> io::Result<Shared> {
        let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build();
        let options = &world.options;
        let session = format!("{}-{}", world.url, world.now);
        Ok(Shared {
            changed: watch::Sender::new(0),
            mail: watch::Sender::new(0),
            faults: Faults::new(options.seed),
            stop: CancellationToken::new(),
            client: client.map_err(io::Error::other)?,
            wait_bound: options.wait_bound,
            session,
            now: Arc::clone(&options.now),
            world: Mutex::new(world),
        })
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the handed clock says.
    pub fn time(&self) -> i64 {
        (self.now)()
    }

    /// Looks at the world.
    pub fn look<T>(&self, f: impl FnOnce(&World) -> T) -> T {
        f(&self.lock())
    }

    /// Changes the world at the present time of the handed clock, and wakes those who wait.
    pub fn act<T>(&self, f: impl FnOnce(&mut World) -> T) -> T {
        let now = self.time();
        let mut world = self.lock();
        let before = (world.seq, world.mail.arrivals);
        world.now = now;
        let result = f(&mut world);
        let after = (world.seq, world.mail.arrivals);
        drop(world);
        if after.0 != before.0 {
            self.changed.send_replace(after.0);
        }
        if after.1 != before.1 {
            self.mail.send_replace(after.1);
        }
        result
    }
}

/// Serves until told to stop; the future given back ends when the server has.
pub(super) fn serve(listener: tokio::net::TcpListener, shared: Arc<Shared>) -> Ended {
    let app = Router::new()
        .merge(orders::routes(shared.faults.clone()))
        .route("/content/{name}", get(sent))
        .fallback(oa_api)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(Arc::clone(&shared));
    door::serve(listener, app, shared.stop.clone())
}

/// What a person sent, while its address works.
async fn sent(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    content::at_address(shared.act(|world| world.content(&name)))
}

/// Answers every call of the API.
async fn oa_api(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let path = request.uri().path().to_owned();
    let method = path.split_once("/oa/").map_or(path.as_str(), |(_, method)| method).to_owned();
    let token = text(request.headers(), "access_token");
    // Tokens are answered as they are, all else is wrapped.
    let bare = method == "access_token";
    let asked = read(&path, request).await.unwrap_or_else(Asked::Nothing);
    let (fault, result) =
        shared.act(|world| api::call(world, &shared.faults, &method, token.as_deref(), asked));
    wire::show(fault, &cut, &shared.stop, answer(result, bare)).await
}

/// What a request asks for, by its path.
async fn read(path: &str, request: Request) -> Result<Asked> {
    let query = pairs(request.uri().query().unwrap_or_default());
    match (request.method().clone(), path) {
        (Method::POST, "/v4/oa/access_token") => {
            let secret = text(request.headers(), "secret_key");
            let form = text(request.headers(), "content-type").unwrap_or_default();
            if !form.starts_with("application/x-www-form-urlencoded") {
                return Err(Refusal::wrong("the body must be a form"));
            }
            let body = String::from_utf8(bytes(request).await?).map_err(Refusal::wrong)?;
            Ok(Asked::Tokens(secret, pairs(&body)))
        }
        (Method::GET, "/v2.0/oa/getoa") => Ok(Asked::About),
        (Method::GET, "/v3.0/oa/group/getgroupsofoa") => Ok(Asked::Groups(query)),
        (Method::POST, "/v3.0/oa/message/cs") => json(request).await.map(Asked::Message),
        (Method::POST, "/v3.0/oa/group/message") => json(request).await.map(Asked::GroupMessage),
        (Method::POST, "/v2.0/oa/upload/file") => Ok(Asked::Upload(Kind::File, parts(request).await?)),
        (Method::POST, "/v2.0/oa/upload/image") => Ok(Asked::Upload(Kind::Image, parts(request).await?)),
        _ => Err(Refusal { violation: true, ..Refusal::status(404) }),
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn pairs(encoded: &str) -> Vec<(String, String)> {
    // A fixed address, so that the one URL parser at hand decodes the pairs.
    let Ok(mut url) = reqwest::Url::parse("http://localhost/") else { return Vec::new() };
    url.set_query(Some(encoded).filter(|encoded| !encoded.is_empty()));
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

async fn bytes(request: Request) -> Result<Vec<u8>> {
    let body = axum::body::to_bytes(request.into_body(), LARGEST_BODY).await;
    body.map(Vec::from).map_err(|_| Refusal::wrong("the body is too large"))
}

async fn json(request: Request) -> Result<serde_json::Value> {
    let kind = text(request.headers(), "content-type").unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Refusal::wrong("the body must be JSON"));
    }
    serde_json::from_slice(&bytes(request).await?).map_err(Refusal::wrong)
}

async fn parts(request: Request) -> Result<Vec<Part>> {
    let wrong = |error: &dyn std::fmt::Display| Refusal::wrong(format!("broken multipart body: {error}"));
    let broken = |error: &MultipartError| Refusal { violation: !wire::is_cut_off(error), ..wrong(error) };
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| wrong(&error))?;
    let mut parts = Vec::new();
    while let Some(part) = form.next_field().await.map_err(|error| broken(&error))? {
        let (field, name) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
        let bytes = part.bytes().await.map_err(|error| broken(&error))?;
        parts.push(Part { field, name, bytes });
    }
    Ok(parts)
}

fn answer(result: Result, bare: bool) -> Response {
    let (code, body) = match result {
        Ok(result) if bare => (200, result),
        Ok(result) => (200, json!({"error": 0, "message": "Success", "data": result})),
        Err(refusal) => (refusal.status.unwrap_or(200), refusal.body()),
    };
    let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (code, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
