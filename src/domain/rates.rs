//! How fast notices go out over each channel at the most, and what a message costs: what a preview reckons with.

use std::time::Duration;

use super::ChannelKind;

/// Messages a minute over each channel, and the price of one where it is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    pub telegram: Rate,
    pub zalo_bot: Rate,
    pub zalo_oa: Rate,
    pub email: Rate,
    /// Đồng for a message of a Zalo Official Account that is not free; 0 where nobody has said.
    pub zalo_oa_price: u32,
}

/// Messages a minute; 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub usual: u32,
    /// Of urgent notices.
    pub urgent: u32,
}

impl Rate {
    /// The same for all notices.
    pub const fn of(per_minute: u32) -> Self {
        Self { usual: per_minute, urgent: per_minute }
    }
}

/// What the platforms permit.
impl Default for Rates {
    fn default() -> Self {
        Self {
            telegram: Rate::of(30 * 60),
            zalo_bot: Rate::of(10 * 60),
            zalo_oa: Rate::of(90),
            email: Rate::of(5 * 60),
            zalo_oa_price: 0,
        }
    }
}

impl Rates {
    /// How long so many messages take over a channel.
    pub fn takes(&self, channel: ChannelKind, messages: i64, urgent: bool) -> Duration {
        let rate = match channel {
            ChannelKind::Telegram => self.telegram,
            ChannelKind::ZaloBot => self.zalo_bot,
            ChannelKind::ZaloOa => self.zalo_oa,
            ChannelKind::Email => self.email,
        };
        let per_minute = u64::from(if urgent { rate.urgent } else { rate.usual });
        let seconds = u64::try_from(messages).unwrap_or(0).saturating_mul(60);
        Duration::from_secs(seconds.checked_div(per_minute).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_without_a_limit_takes_no_time() {
        let rates = Rates { email: Rate { usual: 60, urgent: 0 }, ..Rates::default() };
        assert_eq!(rates.takes(ChannelKind::Email, 300, false), Duration::from_secs(300));
        assert_eq!(rates.takes(ChannelKind::Email, 300, true), Duration::ZERO);
        assert_eq!(rates.takes(ChannelKind::Telegram, 200_000, false), Duration::from_secs(6666));
    }
}
