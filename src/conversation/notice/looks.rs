//! How a notice looks on other channels than the one where it is written.

use super::super::{Choice, Lang};
use super::{Act, Action, ReachFacts};
use crate::domain::ChannelKind;
use crate::domain::ids::NoticeId;

/// A button for each channel, but the author's own, over which the notice reaches somebody.
pub(super) fn others(
    lang: Lang,
    notice: NoticeId,
    own: ChannelKind,
    reach: Option<&ReachFacts>,
) -> Vec<Choice> {
    let channels = reach.into_iter().flat_map(|reach| &reach.spread.channels).map(|(channel, _)| *channel);
    let button = |channel: ChannelKind| {
        let label = lang.say("notice-look-on", &[("channel", channel.name())]);
        Choice::always(label, Action::Notice { notice, act: Act::LookOn(channel) }.into())
    };
    channels.filter(|channel| *channel != own).map(button).collect()
}

/// What stands above a notice as it is read over a channel, where it makes so many messages.
pub fn looks_like(lang: Lang, channel: ChannelKind, messages: usize) -> String {
    let count = messages.to_string();
    lang.say("notice-looks-on", &[("channel", channel.name()), ("count", &count)])
}
