//! One person on several channels: `/kenh` shows over which they are reached, and makes a code; `/ghep` with that code,
//! said in another app, makes the chat there theirs.

use super::super::{ChatKind, Choice, Context, Dialogue, Lang, Me, Need, Reply, Turn};
use super::{Action, Effect, MOST_TRIES, act, facts, help, not_allowed, only_in_private};
use crate::domain::ids::{ChatId, PersonId};
use crate::domain::{ChannelKind, Rich};

/// A private chat of a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnChannel {
    pub chat: ChatId,
    pub channel: ChannelKind,
    /// Whether they can be reached over it.
    pub open: bool,
}

/// Whose a code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkFacts {
    pub person: PersonId,
    pub name: String,
}

/// Letters and digits of a code; blanks and dashes between them do no harm.
const CODE_LEN: usize = 8;

/// `/kenh`: over which channels this person is reached, first to last.
pub(super) fn channels(ctx: &Context<'_>) -> Result<Turn, Need> {
    if let Some(turn) = only_in_private(ctx) {
        return Ok(turn);
    }
    let Some(me) = ctx.me else { return Ok(help::stranger(ctx)) };
    let own = facts::channels(ctx, me.id)?;
    Ok(Turn::default().and(card(ctx, own)))
}

fn card(ctx: &Context<'_>, own: &[OwnChannel]) -> Reply {
    let lang = ctx.lang();
    let mut text = Rich::from(lang.say("people-channels", &[]));
    for one in own {
        let key = match (one.open, one.chat == ctx.chat.id) {
            (false, _) => "people-channel-closed",
            (true, true) => "people-channel-here",
            (true, false) => "people-channel-open",
        };
        text = text.push("\n• ").push(lang.say(key, &[("channel", one.channel.name())]));
    }
    let key = if own.len() > 1 { "people-channels-order" } else { "people-channels-one" };
    let mut reply = Reply::here(text.push("\n\n").push(lang.say(key, &[])));
    for later in own.iter().skip(1).filter(|one| one.open) {
        let label = lang.say("people-channel-first", &[("channel", later.channel.name())]);
        reply = reply.row([Choice::always(label, act(Action::PreferChannel(later.chat)))]);
    }
    reply.row([Choice::always(lang.say("people-channel-add", &[]), act(Action::LinkChannel))])
}

/// This channel goes first from now on.
pub(super) fn prefer(ctx: &Context<'_>, chat: crate::domain::ids::ChatId) -> Result<Turn, Need> {
    let Some(me) = ctx.me else { return Ok(not_allowed(ctx)) };
    let own = facts::channels(ctx, me.id)?;
    let Some(first) = own.iter().find(|one| one.chat == chat) else { return Ok(not_allowed(ctx)) };
    let lang = ctx.lang();
    let done = lang.say("people-channel-now-first", &[("channel", first.channel.name())]);
    Ok(Turn::default().and(Reply::here(done).in_place()).people(Effect::Prefer { person: me.id, chat }))
}

/// Makes a code to be said in the other app.
pub(super) fn make_code(ctx: &Context<'_>) -> Result<Turn, Need> {
    if let Some(turn) = only_in_private(ctx) {
        return Ok(turn);
    }
    let Some(me) = ctx.me else { return Ok(help::stranger(ctx)) };
    let code = facts::link_code(ctx, me.id)?;
    let shown = format!("{}-{}", &code[..CODE_LEN / 2], &code[CODE_LEN / 2..]);
    let text = Rich::new()
        .push(ctx.lang().say("people-link-code-before", &[]))
        .push("\n\n")
        .code(format!("/ghep {shown}"))
        .push("\n\n")
        .push(ctx.lang().say("people-link-code-after", &[]));
    Ok(Turn::default().and(Reply::here(text).never_twice()))
}

/// `/ghep` with a code, in the chat that is to become theirs. Without one it makes one.
pub(super) fn link(ctx: &Context<'_>, rest: &str) -> Result<Turn, Need> {
    if let Some(turn) = only_in_private(ctx) {
        return Ok(turn);
    }
    match read(rest) {
        Some(code) => with_code(ctx, &code),
        None if rest.is_empty() => make_code(ctx),
        None => Ok(Turn::say(ctx.lang().say("people-link-wrong", &[]))),
    }
}

/// A code that somebody sends without the command, who is not enrolled here: what else could it be?
pub(super) fn bare_code(ctx: &Context<'_>) -> Result<Option<Turn>, Need> {
    if ctx.chat.kind != ChatKind::Private {
        return Ok(None);
    }
    let text = ctx.incoming.text().trim();
    // As it is shown, or with a digit, so that no word of eight letters is one.
    let halves = text.split_once('-').is_some_and(|(half, _)| half.trim_end().len() == CODE_LEN / 2);
    let like_one = halves || text.bytes().any(|b| b.is_ascii_digit());
    match read(text).filter(|_| like_one) {
        Some(code) => with_code(ctx, &code).map(Some),
        None => Ok(None),
    }
}

fn read(text: &str) -> Option<String> {
    let code: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let letters = code.len() == CODE_LEN && code.bytes().all(|b| b.is_ascii_alphanumeric());
    letters.then(|| code.to_ascii_uppercase())
}

fn with_code(ctx: &Context<'_>, code: &str) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let sender = ctx.incoming.from.as_ref().map_or("", |from| from.id.as_str());
    if facts::wrong_tries(ctx, sender)? >= MOST_TRIES {
        return Ok(Turn::nothing());
    }
    let Some(found) = facts::link_by_code(ctx, code)? else {
        let wrong = Effect::WrongTry { channel: ctx.incoming.channel, sender: sender.to_owned() };
        return Ok(Turn::say(lang.say("people-link-wrong", &[])).people(wrong));
    };
    match ctx.me {
        Some(Me { id, .. }) if *id == found.person => Ok(Turn::say(lang.say("people-link-already", &[]))),
        Some(Me { name, .. }) => Ok(Turn::say(lang.say("people-link-another", &[("name", name)]))),
        None => {
            let effect = Effect::Link { code: code.to_owned(), person: found.person, chat: ctx.chat.id };
            let done = lang.say("people-linked", &[("name", &found.name)]);
            Ok(Turn::say(done).people(effect).to(Dialogue::None))
        }
    }
}

/// What a person's other chats hear: so that nobody is linked without knowing.
pub fn linked_elsewhere(lang: &str, channel: &str) -> String {
    Lang::from_code(lang).say("people-linked-elsewhere", &[("channel", channel)])
}
