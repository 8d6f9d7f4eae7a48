//! The words that a move waits for.

use std::time::Duration;

use crate::conversation::{Context, Dialogue, Me, Need, Turn};
use crate::domain::Timestamp;
use crate::domain::incident::Move;

use super::rules::Screening;
use super::{
    Also, Case, CaseAct, Exhibit, State, Wants, Words, alike, card, facts, intake, moves, recognise, rules,
};

/// After this, what an officer says is about something else.
const OFFICER_WAIT: Duration = Duration::from_secs(30 * 60);
/// A reporter in the field may take longer; later than this, there is a button on what they write.
const REPORTER_WAIT: Duration = Duration::from_secs(3600);
/// Words of one step, in characters.
const MOST_WORDS: usize = 1000;

/// A message from somebody who was asked for words.
pub fn heard(ctx: &Context<'_>, words: &Words) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let (Some(me), Some(message)) = (ctx.me, ctx.incoming.message()) else {
        return Ok(Turn::nothing().to(Dialogue::None));
    };
    if message.edited {
        return Ok(Turn::nothing());
    }
    let wait = if words.wants == Wants::Answer { REPORTER_WAIT } else { OFFICER_WAIT };
    let Some(case) = facts::case(ctx, words.incident)?.filter(|_| !is_over(ctx.now, words.since, wait))
    else {
        let mut turn = intake::begin(ctx)?;
        turn.dialogue.get_or_insert(Dialogue::None);
        return Ok(turn);
    };
    if !moves::may(case, me, &authority(words.wants)) {
        return Ok(Turn::say(lang.say("not-for-you", &[])).to(Dialogue::None));
    }
    let text = card::shorten(&recognise::said(ctx, message), MOST_WORDS);
    if rules::screen(&text) == Screening::Secret {
        return Ok(intake::secret(ctx));
    }
    if recognise::plain(&text) == "huy" {
        return Ok(intake::cancelled(ctx));
    }
    let (exhibits, _) = recognise::exhibits(message);
    if words.wants == Wants::Answer {
        return answer(ctx, me, case, &text, exhibits);
    }
    let mut all = words.exhibits.clone();
    all.extend(exhibits);
    all.truncate(super::draft::MOST_EXHIBITS);
    if text.is_empty() {
        let key = if all.is_empty() { "incident-words-needed" } else { "incident-words-needed-too" };
        let words = Words { exhibits: all, ..words.clone() };
        return Ok(Turn::say(lang.say(key, &[])).to(State::Words(words).into()));
    }
    let movement = match words.wants {
        Wants::UnitName => return moves::choose_group(ctx, me, case, Some(recognise::plain(&text))),
        Wants::Question => Move::Ask,
        Wants::Return => Move::Return,
        Wants::Result => Move::Report,
        Wants::Settle => Move::Settle,
        Wants::Reject => Move::Reject,
        Wants::Plan => Move::Plan,
        Wants::Progress => Move::Progress,
        Wants::Withdraw => Move::Withdraw,
        Wants::Answer => Move::Answer,
    };
    Ok(done(ctx, moves::go_with(ctx, me, case, movement, text, Also::Nothing, all), movement, case))
}

/// The reporter's answer, in words, pictures, documents, a place, or all of them.
pub fn answer(
    ctx: &Context<'_>,
    me: &Me,
    case: &Case,
    text: &str,
    mut exhibits: Vec<Exhibit>,
) -> Result<Turn, Need> {
    let text = card::shorten(text, MOST_WORDS);
    if rules::screen(&text) == Screening::Secret {
        return Ok(intake::secret(ctx));
    }
    let place = ctx.incoming.message().and_then(|message| message.place.clone());
    if text.is_empty() && exhibits.is_empty() && place.is_none() {
        return Ok(Turn::say(ctx.lang().say("incident-words-needed", &[])));
    }
    exhibits.truncate(super::draft::MOST_EXHIBITS);
    let also = alike::placed(ctx, case, place)?;
    let turn = moves::go_with(ctx, me, case, Move::Answer, text, also, exhibits);
    Ok(done(ctx, turn, Move::Answer, case))
}

/// Says that it is done, and ends the dialogue.
fn done(ctx: &Context<'_>, mut turn: Turn, movement: Move, case: &Case) -> Turn {
    turn.dialogue = Some(Dialogue::None);
    if turn.effects.is_empty() {
        return turn;
    }
    let said = ctx.lang().say(&format!("incident-done-{}", movement.code()), &[("code", &case.code)]);
    turn.toast = None;
    turn.replies.insert(0, crate::conversation::Reply::here(said));
    turn
}

/// The act that these words complete, for the question who may.
fn authority(wants: Wants) -> CaseAct {
    match wants {
        Wants::Question => CaseAct::Ask,
        Wants::Answer => CaseAct::Answer,
        Wants::UnitName => CaseAct::Forward,
        Wants::Return => CaseAct::Return,
        Wants::Result => CaseAct::Report,
        Wants::Settle => CaseAct::Settle,
        Wants::Reject => CaseAct::Reject,
        Wants::Plan => CaseAct::Plan,
        Wants::Progress => CaseAct::Progress,
        Wants::Withdraw => CaseAct::Withdraw,
    }
}

fn is_over(now: Timestamp, since: Timestamp, wait: Duration) -> bool {
    now > since + wait
}
