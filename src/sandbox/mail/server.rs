//! The two servers: where they listen, and what all conversations share.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::lines::Lines;
use super::world::World;
use super::{imap, smtp};
use crate::sandbox::clock::Now;
use crate::sandbox::door::Ended;

/// What every conversation and every handle shares.
pub(super) struct Shared {
    world: Mutex<World>,
    /// Number of the last change, for those who wait for one.
    pub changed: watch::Sender<u64>,
    pub stop: CancellationToken,
    pub wait_bound: Duration,
    /// Tells a page that outlived an earlier run that this is another one.
    pub session: String,
    now: Now,
}

impl Shared {
    pub fn new(world: World, port: u16) -> Shared {
        Shared {
            changed: watch::Sender::new(0),
            stop: CancellationToken::new(),
            wait_bound: world.options.wait_bound,
            session: format!("{port}-{}", world.now),
            now: Arc::clone(&world.options.now),
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
        let before = world.seq;
        world.now = now;
        let result = f(&mut world);
        let after = world.seq;
        drop(world);
        if after != before {
            self.changed.send_replace(after);
        }
        result
    }
}

/// Which of the two protocols is spoken.
#[derive(Clone, Copy)]
pub(super) enum Protocol {
    Smtp,
    Imap,
}

/// Takes connections until told to stop; the future given back ends when all are over.
pub(super) fn serve(listener: TcpListener, shared: Arc<Shared>, protocol: Protocol) -> Ended {
    let task = tokio::spawn(async move {
        let mut guests = JoinSet::new();
        loop {
            tokio::select! {
                () = shared.stop.cancelled() => break,
                came = listener.accept() => {
                    // What cannot be taken is gone by itself.
                    let Ok((stream, _)) = came else { continue };
                    guests.spawn(converse(Arc::clone(&shared), Lines::new(stream), protocol));
                }
                // Whoever is done is forgotten.
                Some(_) = guests.join_next() => {}
            }
        }
        while guests.join_next().await.is_some() {}
    });
    async move { drop(task.await) }.boxed().shared()
}

async fn converse(shared: Arc<Shared>, mut lines: Lines, protocol: Protocol) {
    let talk = async {
        match protocol {
            Protocol::Smtp => smtp::converse(&shared, &mut lines).await,
            Protocol::Imap => imap::converse(&shared, &mut lines).await,
        }
    };
    let ended = tokio::select! {
        ended = talk => ended,
        () = shared.stop.cancelled() => return,
    };
    // A connection that breaks is no fault of who spoke; a line that is none is.
    if let Err(error) = ended
        && error.kind() == io::ErrorKind::InvalidData
    {
        let protocol = if matches!(protocol, Protocol::Smtp) { "smtp" } else { "imap" };
        shared.act(|world| world.violate(protocol, &error.to_string()));
    }
}
