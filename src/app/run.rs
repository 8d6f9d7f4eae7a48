//! The service: takes the lease, starts the jobs, watches over them, stops them in time.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::channel::Push;
use crate::failpoint::hasten;
use crate::jobs::alarms::Outlets;
use crate::jobs::{self, Engine, LEASE_LASTS, WORKER_LEASE};

use super::webhook::Webhook;

/// How long stopping may take: what is under way is waited for, what waits stays in the store.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// The jobs of one process.
pub struct Running {
    engine: Engine,
    tasks: JoinSet<()>,
}

impl Running {
    /// Waits for the lease, then starts every job. Alarms are told in chat only.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, Arc::new([])).await
    }

    /// The same, with outlets besides the chats over which alarms are told.
    pub async fn start_with(engine: Engine, outlets: Outlets) -> Self {
        Self::start_taking(engine, outlets, None).await
    }

    /// The same, with a place to which updates are pushed; without one the platform is asked for them.
    pub async fn start_taking(engine: Engine, outlets: Outlets, webhook: Option<Webhook>) -> Self {
        Self::start_channels(engine, webhook, Vec::new(), outlets).await
    }

    /// The same over several channels: one engine for each, made with [`Engine::beside`]. What is pushed is stored at
    /// once; all else waits for the lease.
    pub async fn start_channels(
        engine: Engine,
        webhook: Option<Webhook>,
        beside: Vec<(Engine, Option<Webhook>)>,
        outlets: Outlets,
    ) -> Self {
        let mut tasks = JoinSet::new();
        let mut channels = Vec::with_capacity(1 + beside.len());
        for (engine, webhook) in std::iter::once((engine.clone(), webhook)).chain(beside) {
            let push = webhook.as_ref().map(Webhook::push);
            if let Some(webhook) = webhook {
                tasks.spawn(webhook.serve(engine.clone()));
            }
            channels.push((engine, push));
        }
        if wait_for_lease(&engine).await {
            tasks.spawn(keep_lease(engine.clone()));
            for (at, (engine, push)) in channels.into_iter().enumerate() {
                work_over(&mut tasks, &engine, push);
                if at > 0 {
                    tasks.spawn(supervise("files", engine, jobs::notices::fetch_beside));
                }
            }
            tasks.spawn(supervise("alarms", engine.clone(), move |engine| {
                jobs::alarms::run(engine, outlets.clone())
            }));
            tasks.spawn(supervise("timers", engine.clone(), jobs::timers::run));
        }
        Self { engine, tasks }
    }

    /// Returns when the jobs have stopped by themselves: the lease is lost.
    pub async fn ended(&mut self) {
        self.engine.stop.cancelled().await;
    }

    /// Stops receiving, waits for what is being sent, and gives the lease back.
    pub async fn stop(mut self) {
        self.engine.stop.cancel();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        // Real time, also where the clock is moved by hand: a hand does not move while we stop.
        if tokio::time::timeout(STOP_WITHIN, all).await.is_err() {
            tracing::warn!("some work did not stop in time; it goes on at the next start");
        }
        if let Err(error) = self.engine.store.release_lease(WORKER_LEASE, &self.engine.holder).await {
            tracing::warn!(cause = %error, "the lease could not be given back; it ends by itself");
        }
    }

    /// Ends at once, as a kill would: nothing is waited for, nothing given back.
    pub fn abandon(mut self) {
        self.tasks.abort_all();
        self.engine.stop.cancel();
    }
}

/// Starts the jobs that every channel has of its own.
fn work_over(tasks: &mut JoinSet<()>, engine: &Engine, push: Option<Push>) {
    match push {
        Some(push) => tasks.spawn(supervise("receive", engine.clone(), move |engine| {
            jobs::receive::announce(engine, push.clone())
        })),
        None => tasks.spawn(supervise("receive", engine.clone(), jobs::receive::run)),
    };
    tasks.spawn(supervise("inbox", engine.clone(), jobs::inbox::run));
    tasks.spawn(supervise("outbox", engine.clone(), |engine| async {
        if let Err(error) = jobs::outbox::run(engine).await {
            tracing::error!(cause = %error, "sending cannot begin");
        }
    }));
    tasks.spawn(supervise("line", engine.clone(), jobs::line::run));
    tasks.spawn(supervise("media", engine.clone(), jobs::media::run));
    if engine.channel.renewing().is_some() {
        tasks.spawn(supervise("tokens", engine.clone(), jobs::tokens::run));
    }
}

/// Runs a job anew whenever it ends before its time: a panic costs one update, never the service.
async fn supervise<F, J>(name: &'static str, engine: Engine, job: J)
where
    F: Future<Output = ()> + Send + 'static,
    J: Fn(Engine) -> F,
{
    while !engine.stop.is_cancelled() {
        let mut task = JoinSet::new();
        task.spawn(job(engine.clone()));
        match task.join_next().await {
            Some(Err(error)) => tracing::error!(job = name, cause = %error, "a job failed and begins anew"),
            _ if engine.stop.is_cancelled() => return,
            _ => tracing::error!(job = name, "a job ended and begins anew"),
        }
        tokio::select! {
            biased;
            () = engine.stop.cancelled() => return,
            () = engine.clock.sleep(hasten(Duration::from_secs(1))) => {}
        }
    }
}

/// Returns when this process has the lease; `false` if it was told to stop first.
async fn wait_for_lease(engine: &Engine) -> bool {
    let mut told = false;
    loop {
        match engine.take_lease().await {
            Ok(true) => return true,
            Ok(false) if !told => {
                tracing::info!("another process works on this database; this one waits to take over");
                told = true;
            }
            Ok(false) => {}
            Err(error) => jobs::database_failed(&error, "the database does not answer"),
        }
        tokio::select! {
            biased;
            () = engine.stop.cancelled() => return false,
            () = engine.clock.sleep(hasten(Duration::from_secs(1))) => {}
        }
    }
}

async fn keep_lease(engine: Engine) {
    loop {
        tokio::select! {
            biased;
            () = engine.stop.cancelled() => return,
            () = engine.clock.sleep(hasten(LEASE_LASTS) / 3) => {}
        }
        match engine.renew_lease().await {
            Ok(true) => engine.signals.database_took(true, engine.clock.now()),
            Ok(false) => {
                tracing::error!("another process has taken over; this one stops");
                engine.stop.cancel();
                return;
            }
            Err(error) => {
                engine.signals.database_took(false, engine.clock.now());
                jobs::database_failed(&error, "the lease could not be renewed yet");
            }
        }
    }
}
