//! The HTTP side: routes, and calls that wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::api::{self, Answer};
use super::params::Params;
use super::practice;
use super::refusal::Refusal;
use super::updates::Poll;
use super::world::World;
use crate::sandbox::clock::Now;
use crate::sandbox::door::{self, Ended};
use crate::sandbox::faults::Faults;
use crate::sandbox::page::{self, Beside};
use crate::sandbox::wire::{self, Cut};

/// What every handler and every handle shares.
pub(super) struct Shared {
    world: Mutex<World>,
    /// Number of the last change, for those who wait for one.
    pub changed: watch::Sender<u64>,
    /// Counts arrivals of updates, for the waiting `getUpdates` and the webhook.
    pub mail: watch::Sender<u64>,
    pub faults: Faults,
    pub stop: CancellationToken,
    pub now: Now,
    pub token: String,
    pub wait_bound: Duration,
    /// Tells a page that outlived an earlier run that this is another one.
    pub session: String,
}

impl Shared {
    pub fn new(mut world: World, faults: Faults, port: u16) -> Shared {
        let letters = world.letters(6);
        let session = format!("{port}-{}-{letters}", world.now);
        let options = &world.options;
        Shared {
            changed: watch::Sender::new(0),
            mail: watch::Sender::new(0),
            faults,
            stop: CancellationToken::new(),
            now: Arc::clone(&options.now),
            token: options.token.clone(),
            wait_bound: options.wait_bound,
            session,
            world: Mutex::new(world),
        }
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the world.
    pub fn look<T>(&self, f: impl FnOnce(&World) -> T) -> T {
        f(&self.lock())
    }

    /// Changes the world at the present time of the handed clock, and wakes those who wait.
    pub fn act<T>(&self, f: impl FnOnce(&mut World) -> T) -> T {
        let now = (self.now)();
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
pub(super) fn serve(listener: tokio::net::TcpListener, shared: Arc<Shared>, beside: Vec<Beside>) -> Ended {
    let practice = practice::routes(shared.faults.clone());
    let app = Router::new().merge(page::routes(beside)).merge(practice).fallback(bot_api);
    door::serve(listener, app.with_state(Arc::clone(&shared)), shared.stop.clone())
}

/// Answers `/bot<TOKEN>/<method>` and `/file/bot<TOKEN>/<path>`.
async fn bot_api(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let path = request.uri().path().replace("%3A", ":").replace("%3a", ":");
    if let Some(rest) = path.strip_prefix("/file/bot") {
        return download(&shared, rest).await;
    }
    let Some((token, method)) = path.strip_prefix("/bot").and_then(|rest| rest.split_once('/')) else {
        return answer(Err(Refusal::unknown_method()));
    };
    if token != shared.token {
        return answer(Err(shared.act(|world| api::turn_away(world, method))));
    }
    let method = method.to_owned();
    let params = Params::read(request).await;
    let (reply, fault) = shared.act(|world| api::run(world, &shared.faults, &method, params));
    let response = match reply {
        Answer::Now(result) => answer(result.map(|value| value.to_string())),
        Answer::Wait(poll) => answer(wait_for_mail(&shared, &poll).await),
    };
    wire::show(fault, &cut, &shared.stop, response).await
}

/// The body of a Bot API answer; `Ok` is JSON text.
fn answer(result: Result<String, Refusal>) -> Response {
    let (code, body, wait) = match result {
        Ok(json) => (200, format!("{{\"ok\":true,\"result\":{json}}}"), None),
        Err(refusal) => (refusal.code, refusal.body().to_string(), refusal.retry_after),
    };
    let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (code, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// Holds a `getUpdates` until there are updates, its time is over, or another one comes.
async fn wait_for_mail(shared: &Shared, poll: &Poll) -> Result<String, Refusal> {
    let mut mail = shared.mail.subscribe();
    let over = tokio::time::sleep(Duration::from_secs(poll.seconds));
    tokio::pin!(over);
    loop {
        mail.borrow_and_update();
        if let Some(updates) = shared.act(|world| world.poll(poll))? {
            return Ok(updates);
        }
        if poll.seconds == 0 {
            return Ok("[]".into());
        }
        tokio::select! {
            // The sender lives as long as `shared`, so there is always a change or none.
            _ = mail.changed() => {}
            () = &mut over => return Ok("[]".into()),
            () = shared.stop.cancelled() => return Ok("[]".into()),
        }
    }
}

async fn download(shared: &Arc<Shared>, rest: &str) -> Response {
    let Some((token, path)) = rest.split_once('/') else {
        return answer(Err(Refusal::unknown_method()));
    };
    if token != shared.token {
        return answer(Err(Refusal::unauthorized()));
    }
    content(shared, path).await.unwrap_or_else(|| answer(Err(Refusal::unknown_method())))
}

/// The bytes of the file at this path.
pub(super) async fn content(shared: &Arc<Shared>, path: &str) -> Option<Response> {
    let file = shared.look(|world| world.paths.get(path).cloned())?;
    // Scaling a picture takes time that other calls should not wait for.
    let bytes = tokio::task::spawn_blocking(move || file.content()).await.ok()?;
    Some(([(header::CONTENT_TYPE, "application/octet-stream")], Body::from(bytes)).into_response())
}
