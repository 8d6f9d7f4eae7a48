//! Who comes to the database next, decided from outside.
//!
//! A service lets in whoever comes. A simulation opens its store with [`Turns`]: then every transaction waits
//! until it is admitted, so that the simulation decides from its seed in which order things happen, and at which
//! of them a process dies.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

/// The door before a database. Cheap to clone.
#[derive(Clone, Default)]
pub struct Turns(Arc<Door>);

#[derive(Default)]
struct Door {
    state: Mutex<State>,
    left: Notify,
}

#[derive(Default)]
struct State {
    waiting: Vec<Waiting>,
    came: u64,
    inside: usize,
}

struct Waiting {
    ticket: Ticket,
    admit: oneshot::Sender<Pass>,
}

/// A transaction that waits to be admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket {
    /// The task that it belongs to: tasks that were started earlier have lower numbers.
    pub task: u64,
    /// Its place in the order of coming.
    pub number: u64,
    pub writes: bool,
}

/// Held by a transaction from its admission to its end.
pub(super) struct Pass(Arc<Door>);

impl Drop for Pass {
    fn drop(&mut self) {
        lock(&self.0).inside -= 1;
        self.0.left.notify_one();
    }
}

fn lock(door: &Door) -> MutexGuard<'_, State> {
    door.state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Turns {
    /// What waits, in the order of its tasks: who came first can depend on which thread was faster.
    pub fn waiting(&self) -> Vec<Ticket> {
        let mut state = lock(&self.0);
        // Whose task has ended does not come any more.
        state.waiting.retain(|waiting| !waiting.admit.is_closed());
        let mut waiting: Vec<Ticket> = state.waiting.iter().map(|waiting| waiting.ticket).collect();
        waiting.sort_unstable();
        waiting
    }

    /// Lets one in.
    pub fn admit(&self, number: u64) {
        let found = {
            let mut state = lock(&self.0);
            let at = state.waiting.iter().position(|waiting| waiting.ticket.number == number);
            at.map(|at| {
                state.inside += 1;
                state.waiting.remove(at).admit
            })
        };
        if let Some(admit) = found {
            // Where nobody is there any more, the pass comes back and is dropped.
            let _ = admit.send(Pass(self.0.clone()));
        }
    }

    /// How many are being worked on.
    pub fn inside(&self) -> usize {
        lock(&self.0).inside
    }

    /// Returns when all that were admitted have ended.
    pub async fn done(&self) {
        while self.inside() > 0 {
            self.0.left.notified().await;
        }
    }

    /// Waits to be admitted.
    pub(super) async fn pass(&self, writes: bool) -> Option<Pass> {
        let admitted = {
            let (admit, admitted) = oneshot::channel();
            let mut state = lock(&self.0);
            state.came += 1;
            // Its number is not to be had otherwise.
            let task = tokio::task::try_id().and_then(|id| id.to_string().parse().ok()).unwrap_or(0);
            let ticket = Ticket { task, number: state.came, writes };
            state.waiting.push(Waiting { ticket, admit });
            admitted
        };
        admitted.await.ok()
    }
}
