//! Who comes to the database next, decided from outside.
//!
//! A service lets in whoever comes. A simulation opens its store with [`Turns`]: then every transaction waits
//! until it is admitted, so that the simulation decides from its seed in which order things happen, and at which
//! of them a process dies.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};

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

/// Waits for what threads of the database answer. Such a thread may say that its answer is there a moment after the
/// answer was taken: with `in_turns`, what is said after the end wakes nobody. Otherwise it would be real time that
/// decides when a task of a simulation is looked at once more.
pub(super) async fn answered<F: Future>(in_turns: bool, future: F) -> F::Output {
    let bell = in_turns.then(|| Arc::new(Bell::default()));
    let mut future = pin!(future);
    std::future::poll_fn(|context| match &bell {
        Some(bell) => {
            bell.set(Some(context.waker().clone()));
            let answer = future.as_mut().poll(&mut Context::from_waker(&Waker::from(bell.clone())));
            if answer.is_ready() {
                bell.set(None);
            }
            answer
        }
        None => future.as_mut().poll(context),
    })
    .await
}

/// Whom an answer wakes; nobody once it was taken.
#[derive(Default)]
struct Bell(Mutex<Option<Waker>>);

impl Bell {
    fn set(&self, whom: Option<Waker>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = whom;
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        let whom = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(whom) = whom {
            whom.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Poll;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often a task is woken by whoever answers, after a look at what it waits for.
    fn woken(in_turns: bool, look: Poll<()>) -> usize {
        let (woken, mut bell): (_, Option<Waker>) = (Arc::new(Woken::default()), None);
        {
            let mut task = pin!(answered(
                in_turns,
                std::future::poll_fn(|context| {
                    bell = Some(context.waker().clone());
                    look
                })
            ));
            let waker = Waker::from(woken.clone());
            assert_eq!(task.as_mut().poll(&mut Context::from_waker(&waker)), look);
        }
        bell.expect("it was looked at").wake();
        woken.0.load(Ordering::Relaxed)
    }

    #[test]
    fn what_is_said_after_the_end_wakes_nobody() {
        assert_eq!(woken(true, Poll::Pending), 1);
        assert_eq!(woken(true, Poll::Ready(())), 0);
        assert_eq!(woken(false, Poll::Ready(())), 1, "without turns nothing is in between");
    }
}
