//! How long people took, counted by the second: a million of them are a few thousand numbers.

use std::collections::BTreeMap;
use std::time::Duration;

/// How often each wait was seen, in whole seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    seconds: BTreeMap<u64, u64>,
    count: u64,
}

impl Waits {
    /// Notes that `count` people took so long. What was over before it began took no time.
    pub fn add(&mut self, seconds: i64, count: u64) {
        *self.seconds.entry(u64::try_from(seconds).unwrap_or(0)).or_default() += count;
        self.count += count;
    }

    /// Half of them were done by then; `None` of nobody.
    pub fn median(&self) -> Option<Duration> {
        self.percentile(50)
    }

    /// Nine of ten were done by then; `None` of nobody.
    pub fn p90(&self) -> Option<Duration> {
        self.percentile(90)
    }

    /// The smallest wait that at least so many of a hundred did not exceed (nearest rank).
    fn percentile(&self, percent: u64) -> Option<Duration> {
        let rank = (self.count * percent).div_ceil(100).max(1);
        let mut passed = 0;
        let found = self.seconds.iter().find(|(_, count)| {
            passed += **count;
            passed >= rank
        });
        found.map(|(seconds, _)| Duration::from_secs(*seconds))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nobody_took_any_time() {
        assert_eq!((Waits::default().median(), Waits::default().p90()), (None, None));
    }

    proptest! {
        #[test]
        fn it_is_what_a_sorted_list_says(all in prop::collection::vec(-5_i64..5_000, 1..80)) {
            let mut waits = Waits::default();
            all.iter().for_each(|seconds| waits.add(*seconds, 1));
            let mut sorted: Vec<u64> = all.iter().map(|one| u64::try_from(*one).unwrap_or(0)).collect();
            sorted.sort_unstable();
            let at = |percent: usize| sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1];
            prop_assert_eq!(waits.median(), Some(Duration::from_secs(at(50))));
            prop_assert_eq!(waits.p90(), Some(Duration::from_secs(at(90))));
        }
    }
}
