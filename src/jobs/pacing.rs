//! How fast: budgets of the bot, of every chat, of every group and of every lane, as sliding windows.
//!
//! A slot that a message took is free again one window after the platform *answered*, not after we sent:
//! whatever the network does in between, the platform never sees more than the limit in any window.
//! Notices are spread evenly over the window, so that an answer to somebody who waits finds a slot at once.
//! A lane that others would keep from its share goes first now and then, so that none starves.

#[cfg(test)]
mod tests;
mod window;

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::Timestamp;
use crate::domain::content::Lane;
use crate::domain::ids::{ChatId, MessageId, PayloadId};
use crate::store::claim::{Admission, Claimed, Gate};
use crate::store::quota::Used;
use crate::store::recent::SentBefore;
use window::{Window, Windows};

/// What a platform permits. 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub per_second: u32,
    pub per_minute: u32,
    pub per_chat_per_second: u32,
    pub per_group_per_minute: u32,
    /// Messages in a calendar month.
    pub per_month: u32,
    /// So many of them are not for notices that are not urgent.
    pub reserve: u32,
    /// By [`Lane::code`].
    pub lanes: [LaneLimit; 3],
}

impl Limits {
    /// As fast as it goes.
    pub const NONE: Self = Self {
        per_second: 0,
        per_minute: 0,
        per_chat_per_second: 0,
        per_group_per_minute: 0,
        per_month: 0,
        reserve: 0,
        lanes: [LaneLimit { per_second: 0, share: 0 }; 3],
    };
    /// Telegram's own limits (<https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>).
    pub const TELEGRAM: Self = Self {
        per_second: 30,
        per_minute: 0,
        per_chat_per_second: 1,
        per_group_per_minute: 20,
        per_month: 0,
        reserve: 0,
        lanes: [
            LaneLimit { per_second: 0, share: 0 },
            LaneLimit { per_second: 0, share: 20 },
            LaneLimit { per_second: 0, share: 10 },
        ],
    };
}

/// What one lane gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneLimit {
    /// At most; 0 is no limit but the bot's.
    pub per_second: u32,
    /// At least so many percent of what the bot may send, whoever else waits. What a lane does not use is
    /// there for the others.
    pub share: u32,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// How often a lane is looked at out of its order, at most.
const LOOK_OUT_OF_ORDER: Duration = Duration::from_millis(50);
/// So much lateness is made up for at once, where messages of notices go at even distances.
const CATCH_UP: Duration = Duration::from_millis(30);
/// So many payloads are remembered of which it is known that nothing has to be uploaded.
const KNOWN_PAYLOADS: usize = 4096;
/// How often a month's budget that is used up is looked at again.
const LOOK_AT_MONTH: Duration = Duration::from_secs(600);

/// Whether what a payload says can go to everybody at once: not while a file of it is on its way up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// One message goes first, to find out.
    First,
    Clear,
}

/// The budgets of one channel.
#[derive(Debug)]
pub struct Pacer {
    limits: Limits,
    bot: Window,
    /// The same calls, over a minute.
    minute: Window,
    lanes: [Window; 3],
    chats: Windows,
    groups: Windows,
    /// When the next message of a notice may go, so that they are spread evenly.
    next_bulk: Timestamp,
    /// Until when every lane has had its share.
    served: [Timestamp; 3],
    /// When a lane was last looked at out of its order.
    looked: [Timestamp; 3],
    /// How many messages of a lane go now, whatever the distance between messages of notices.
    owed: [usize; 3],
    /// What was used of the month, those on their way not counted.
    month: Option<Used>,
    payloads: HashMap<PayloadId, Look>,
    /// What was admitted and not yet known to be claimed.
    admitted: Vec<Slot>,
    /// When [`Gate::admit`] last turned something away that fits later.
    try_again: Option<Timestamp>,
}

/// What one message takes up.
#[derive(Clone, Copy, Debug)]
struct Slot {
    message: MessageId,
    chat: ChatId,
    group: bool,
    lane: Lane,
    payload: PayloadId,
    counts: bool,
}

impl From<&Claimed> for Slot {
    fn from(message: &Claimed) -> Self {
        Self {
            message: message.id,
            chat: message.chat,
            group: message.group,
            lane: message.lane,
            payload: message.payload,
            counts: message.counts(),
        }
    }
}

fn number(lane: Lane) -> usize {
    match lane {
        Lane::Interactive => 0,
        Lane::Urgent => 1,
        Lane::Notice => 2,
    }
}

impl Pacer {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            bot: Window::default(),
            minute: Window::default(),
            lanes: Default::default(),
            chats: Windows::new(limits.per_chat_per_second, SECOND),
            groups: Windows::new(limits.per_group_per_minute, MINUTE),
            next_bulk: Timestamp(0),
            served: [Timestamp(0); 3],
            looked: [Timestamp(0); 3],
            owed: [0; 3],
            month: None,
            payloads: HashMap::new(),
            admitted: Vec::new(),
            try_again: None,
        }
    }

    /// Counts an attempt that was made before this process began. To be called in the order of time.
    pub fn remember(&mut self, sent: SentBefore) {
        self.bot.answered.push_back(sent.at);
        if self.limits.per_minute > 0 {
            self.minute.answered.push_back(sent.at);
        }
        self.lanes[number(sent.lane)].answered.push_back(sent.at);
        self.chats.of(sent.chat).into_iter().for_each(|window| window.answered.push_back(sent.at));
        if sent.group {
            self.groups.of(sent.chat).into_iter().for_each(|window| window.answered.push_back(sent.at));
        }
    }

    /// The platform answered, whatever it said.
    pub fn answered(&mut self, message: &Claimed, at: Timestamp) {
        self.each_window(Slot::from(message), |window| window.answered(at));
    }

    /// The call was not made: it takes no slot.
    pub fn not_sent(&mut self, message: &Claimed) {
        self.each_window(Slot::from(message), Window::not_sent);
    }

    fn each_window(&mut self, slot: Slot, each: impl Fn(&mut Window)) {
        if !slot.counts {
            return;
        }
        each(&mut self.bot);
        if self.limits.per_minute > 0 {
            each(&mut self.minute);
        }
        each(&mut self.lanes[number(slot.lane)]);
        self.chats.of(slot.chat).into_iter().for_each(&each);
        if slot.group {
            self.groups.of(slot.chat).into_iter().for_each(&each);
        }
    }

    /// After an exchange: what was admitted and is not claimed, because the exchange failed or somebody else
    /// was quicker, takes no slot.
    pub fn claimed(&mut self, claimed: &[Claimed]) {
        let admitted = std::mem::take(&mut self.admitted);
        if admitted.len() == claimed.len() {
            return;
        }
        for slot in admitted {
            if !claimed.iter().any(|message| message.id == slot.message) {
                self.each_window(slot, Window::not_sent);
                self.payload_unknown(slot.payload);
            }
        }
    }

    /// Nothing of this payload has to be uploaded: it can go to everybody.
    pub fn payload_clear(&mut self, payload: PayloadId) {
        if let Some(look) = self.payloads.get_mut(&payload) {
            *look = Look::Clear;
        }
    }

    /// Whether something of this payload has to be uploaded is not known (any more).
    pub fn payload_unknown(&mut self, payload: PayloadId) {
        self.payloads.remove(&payload);
    }

    /// An upload has ended: who waited for it is looked at again.
    pub fn look_again(&mut self) {
        self.payloads.retain(|_, look| *look == Look::Clear);
    }

    /// When it is worth asking again, if something was turned away since the last call.
    pub fn try_again(&mut self) -> Option<Timestamp> {
        self.try_again.take()
    }

    fn forget(&mut self, now: Timestamp, lane: usize) {
        self.bot.forget(now, SECOND);
        self.minute.forget(now, MINUTE);
        self.lanes[lane].forget(now, SECOND);
    }

    /// When the bot may send again; `None` if it may now.
    fn full_until(&self, now: Timestamp) -> Option<Timestamp> {
        let second = self.bot.free_at(now, self.limits.per_second, SECOND);
        second.max(self.minute.free_at(now, self.limits.per_minute, MINUTE))
    }

    fn turn_away(&mut self, at: Timestamp, admission: Admission) -> Admission {
        self.try_again = Some(self.try_again.map_or(at, |earlier| earlier.min(at)));
        admission
    }

    /// The even distance between messages of notices.
    fn spacing(&self) -> Duration {
        let even = |span: Duration, rate: u32| span.checked_div(rate).unwrap_or_default();
        // A little closer than even: every wake-up comes a little late.
        even(SECOND, self.limits.per_second).max(even(MINUTE, self.limits.per_minute)) * 97 / 100
    }

    /// How long a lane's share of one message lasts.
    fn share_span(&self, lane: usize) -> Duration {
        let rate = self.limits.per_second * self.limits.lanes[lane].share;
        if rate == 0 { Duration::ZERO } else { SECOND * 100 / rate }
    }

    /// When the month's budget is there again for a lane; `None` while it is.
    fn next_month(&self, lane: Lane, now: Timestamp) -> Option<Timestamp> {
        let used = self.month.filter(|_| self.limits.per_month > 0)?;
        let reserve = if lane == Lane::Notice { self.limits.reserve } else { 0 };
        let taken = used.messages.saturating_add(self.bot.awaited).saturating_add(reserve);
        // It is looked at again before: somebody may have bought more.
        (taken >= self.limits.per_month).then(|| used.month_ends.min(now + LOOK_AT_MONTH))
    }

    /// Whether the message may go as far as its payload is concerned: the first of a notice goes alone until
    /// it is known that no file has to be uploaded.
    fn may_go(&mut self, message: &Claimed) -> bool {
        if message.lane == Lane::Interactive || self.payloads.get(&message.payload) == Some(&Look::Clear) {
            return true;
        }
        !self.payloads.contains_key(&message.payload)
    }

    fn take(&mut self, message: &Claimed, now: Timestamp) {
        let lane = number(message.lane);
        let slot = Slot::from(message);
        self.each_window(slot, |window| window.awaited += 1);
        self.admitted.push(slot);
        self.owed[lane] = self.owed[lane].saturating_sub(1);
        self.served[lane] = self.served[lane].max(now.before(SECOND)) + self.share_span(lane);
        if message.lane == Lane::Interactive {
            return;
        }
        // Who comes late makes up for it: else every wait for the disk would be lost to the broadcast.
        self.next_bulk = self.next_bulk.max(now.before(CATCH_UP)) + self.spacing();
        if self.payloads.len() > KNOWN_PAYLOADS {
            self.payloads.retain(|_, look| *look == Look::First);
        }
        self.payloads.entry(message.payload).or_insert(Look::First);
    }
}

impl Gate for Pacer {
    fn admit(&mut self, message: &Claimed, now: Timestamp) -> Admission {
        if !message.counts() {
            self.admitted.push(Slot::from(message));
            return Admission::Now;
        }
        let lane = number(message.lane);
        self.forget(now, lane);
        if let Some(at) = self.full_until(now) {
            return self.turn_away(at, Admission::Full);
        }
        if let Some(at) = self.next_month(message.lane, now) {
            return self.turn_away(at, Admission::LaneFull);
        }
        if let Some(at) = self.lanes[lane].free_at(now, self.limits.lanes[lane].per_second, SECOND) {
            return self.turn_away(at, Admission::LaneFull);
        }
        if message.lane != Lane::Interactive && self.owed[lane] == 0 && self.next_bulk > now {
            let at = self.next_bulk;
            return self.turn_away(at, Admission::LaneFull);
        }
        if !self.may_go(message) {
            return Admission::Skip;
        }
        if let Some(at) = self.chats.free_at(message.chat, now) {
            return Admission::ChatLater(at);
        }
        if message.group
            && let Some(at) = self.groups.free_at(message.chat, now)
        {
            return Admission::ChatLater(at);
        }
        self.take(message, now);
        Admission::Now
    }

    fn by_the_month(&self) -> bool {
        self.limits.per_month > 0
    }

    fn used_this_month(&mut self, used: Used) {
        self.month = Some(used);
    }

    fn owed(&mut self, lane: Lane, want: usize, now: Timestamp) -> usize {
        let limit = self.limits.lanes[number(lane)];
        let lane = number(lane);
        self.forget(now, lane);
        self.owed[lane] = 0;
        let full = self.full_until(now).is_some();
        let looked = self.looked[lane] + LOOK_OUT_OF_ORDER > now;
        if limit.share == 0 || full || looked || self.served[lane] > now {
            return 0;
        }
        self.looked[lane] = now;
        let span = self.share_span(lane);
        let owed = if span.is_zero() {
            // Without a limit a lane gets its part of what is claimed together.
            (want * usize::try_from(limit.share).unwrap_or(100)).div_ceil(100)
        } else {
            // What it could have had in the last second.
            let waited = now.since(self.served[lane].max(now.before(SECOND)));
            usize::try_from(waited.as_micros() / span.as_micros().max(1)).unwrap_or(0) + 1
        };
        self.owed[lane] = owed;
        owed
    }
}
