//! How fast notices go out, as previews reckon with it.

use super::Config;
use crate::domain::rates::{Rate, Rates};

impl Config {
    /// How many messages a minute go over each channel at the most, and what one costs.
    pub fn rates(&self) -> Rates {
        let limits = self.telegram.limits;
        // 0 is no limit of its own.
        let lane = |own: u32| match (own, limits.per_second) {
            (0, all) => all.saturating_mul(60),
            (own, 0) => own.saturating_mul(60),
            (own, all) => own.min(all).saturating_mul(60),
        };
        Rates {
            telegram: Rate { usual: lane(limits.notice_per_second), urgent: lane(limits.urgent_per_second) },
            zalo_bot: Rate::of(self.zalo_bot.per_second.saturating_mul(60)),
            zalo_oa: Rate::of(self.zalo_oa.per_minute),
            email: Rate::of(self.email.per_second.saturating_mul(60)),
            zalo_oa_price: self.zalo_oa.price_per_message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_what_the_platforms_permit() {
        assert_eq!(Config::default().rates(), Rates::default());
    }

    #[test]
    fn the_narrower_of_two_limits_holds() {
        let mut config = Config::default();
        config.telegram.limits.notice_per_second = 20;
        config.zalo_oa.price_per_message = 55;
        let rates = config.rates();
        assert_eq!((rates.telegram, rates.zalo_oa_price), (Rate { usual: 1200, urgent: 1800 }, 55));
    }
}
