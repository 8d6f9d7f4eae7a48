//! The HTTP side: routes, and calls that wait.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::api::{self, Call, Result, Step};
use super::params::Params;
use super::refusal::Refusal;
use super::send::Photo;
use super::world::World;
use super::{photos, practice, webhook};
use crate::sandbox::clock::Now;
use crate::sandbox::content;
use crate::sandbox::door::{self, Ended};
use crate::sandbox::faults::Faults;
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

    fn answer(&self, result: Result) -> Response {
        let real_status = self.look(|world| world.options.real_status);
        let (code, body) = match result {
            // An action of the chat has no result.
            Ok(Value::Null) => (200, json!({"ok": true})),
            Ok(result) => (200, json!({"ok": true, "result": result})),
            Err(refusal) if refusal.in_front || real_status => (refusal.code, refusal.body()),
            Err(refusal) => (200, refusal.body()),
        };
        let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (code, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
    }
}

/// Serves until told to stop; the future given back ends when the server has.
pub(super) fn serve(listener: tokio::net::TcpListener, shared: Arc<Shared>) -> Ended {
    let app = Router::new()
        .merge(practice::routes(shared.faults.clone()))
        .route("/content/{name}", get(sent))
        .fallback(bot_api)
        .with_state(Arc::clone(&shared));
    door::serve(listener, app, shared.stop.clone())
}

/// What a person sent, while its address works.
async fn sent(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    content::at_address(shared.act(|world| world.content(&name)))
}

/// Answers `/bot<TOKEN>/<method>`.
async fn bot_api(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let path = request.uri().path().replace("%3A", ":").replace("%3a", ":");
    let call = path.strip_prefix("/bot").and_then(|rest| rest.split_once('/'));
    let Some((token, method)) = call.filter(|_| [Method::GET, Method::POST].contains(request.method()))
    else {
        return shared.answer(Err(Refusal::unknown_method()));
    };
    if shared.look(|world| world.token.as_deref() != Some(token)) {
        let refusal = shared.act(|world| api::turn_away(world, method));
        return shared.answer(Err(refusal));
    }
    let params = Params::read(request).await;
    let (call, step) = shared.act(|world| api::begin(world, &shared.faults, method, params));
    let fault = call.fault.clone();
    let result = match step {
        Step::Done(result) => result,
        Step::Poll(seconds) => {
            let result = wait_for_mail(&shared, seconds).await;
            written_down(&shared, &call, result)
        }
        Step::Test(hook) => {
            let result = webhook::test(&shared.client, &hook).await;
            written_down(&shared, &call, Ok(result))
        }
        // This goes on whether or not the bot still waits for the answer.
        Step::Fetch(photo) => {
            let sent = tokio::spawn(send_photo(Arc::clone(&shared), call, photo)).await;
            sent.unwrap_or_else(|_| Err(Refusal::status(500)))
        }
    };
    let response = shared.answer(result);
    wire::show(fault, &cut, &shared.stop, response).await
}

fn written_down(shared: &Shared, call: &Call, result: Result) -> Result {
    shared.act(|world| api::end(world, call, &result));
    result
}

async fn send_photo(shared: Arc<Shared>, call: Call, photo: Photo) -> Result {
    let got = photos::fetch(&shared.client, &photo.url).await;
    shared.act(|world| {
        let result = world.send_photo(&call, photo, got);
        api::end(world, &call, &result);
        result
    })
}

/// Holds a `getUpdates` until there is an update or its time is over.
async fn wait_for_mail(shared: &Shared, seconds: u64) -> Result {
    let mut mail = shared.mail.subscribe();
    let over = tokio::time::sleep(Duration::from_secs(seconds));
    tokio::pin!(over);
    loop {
        mail.borrow_and_update();
        if let Some(update) = shared.act(World::poll)? {
            return Ok(update);
        }
        tokio::select! {
            // The sender lives as long as `shared`, so there is always a change or none.
            _ = mail.changed() => {}
            () = &mut over => return shared.look(World::nothing_came),
            () = shared.stop.cancelled() => return shared.look(World::nothing_came),
        }
    }
}
