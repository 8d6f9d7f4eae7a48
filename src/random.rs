//! Randomness, handed in. The only place that asks the system for it.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

/// A source of random numbers that may be shared. `StdRng` is a cryptographic generator.
#[derive(Clone, Debug)]
pub struct Random(Arc<Mutex<StdRng>>);

impl Random {
    /// Seeded by the operating system: for everything that has to be a secret.
    #[expect(clippy::disallowed_methods, reason = "this is where the system's randomness is handed over")]
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(StdRng::from_os_rng())))
    }

    /// The same numbers for the same seed: for tests and the demo.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// `bytes` random bytes in URL-safe base64: 16 bytes give 22 characters of `A-Za-z0-9_-`.
    pub fn token(&self, bytes: usize) -> String {
        let mut buffer = vec![0; bytes];
        self.with(|rng| rng.fill_bytes(&mut buffer));
        URL_SAFE_NO_PAD.encode(buffer)
    }

    /// A number below `bound` (0 gives 0).
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.with(|rng| rng.random_range(0..bound)) }
    }

    fn with<T>(&self, f: impl FnOnce(&mut StdRng) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
