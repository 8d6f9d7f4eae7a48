//! What reporters hear of their cases, and what they add to them.

use crate::conversation::incoming::{Message, Spot};
use crate::conversation::{Context, Lang, Me, Need, Reply, Turn};
use crate::domain::ids::IncidentId;
use crate::domain::incident::Move;

use super::rules::Screening;
use super::{Also, Case, CaseAct, Effect, Exhibit, Step, alike, card, facts, intake, recognise, rules};

/// One message to everybody who reported the case and can be reached.
pub fn tell(case: &Case, words: impl Fn(Lang) -> Reply) -> Vec<Reply> {
    let reached = case.reporters.iter().filter_map(|reporter| reporter.chat);
    reached
        .map(|(chat, lang)| {
            let mut reply = words(lang);
            reply.to = crate::conversation::Target::Chat(chat);
            reply
        })
        .collect()
}

/// What the reporters hear when a case ends because none of them said whether it is settled.
pub fn closed(case: &Case) -> Vec<Reply> {
    tell(case, |lang| {
        let said = lang.say("incident-tell-close", &[("code", &case.code)]);
        Reply::here(said).row([card::button(case, lang, "incident-do-reopen", CaseAct::Reopen)])
    })
}

/// Pictures, documents or a place that came right after the report.
pub fn add(
    ctx: &Context<'_>,
    me: &Me,
    id: IncidentId,
    mut exhibits: Vec<Exhibit>,
    place: Option<Spot>,
) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(case) = facts::case(ctx, id)? else { return Ok(Turn::nothing()) };
    exhibits.truncate(super::draft::MOST_EXHIBITS);
    let also = alike::placed(ctx, case, place)?;
    let documents = exhibits.iter().any(Exhibit::is_document);
    let key = match exhibits.is_empty() {
        true => "incident-added-place",
        false if documents => "incident-added-files",
        false => "incident-added-photos",
    };
    let count = exhibits.len().to_string();
    let said = lang.say(key, &[("code", &case.code), ("count", &count)]);
    let Ok(to) = case.after(Move::Add) else {
        return Ok(Turn::say(lang.say("incident-closed-already", &[("code", &case.code)])));
    };
    let step = Step {
        incident: case.id,
        from: case.state,
        to,
        movement: Move::Add,
        waits: Vec::new(),
        actor: me.id,
        text: String::new(),
        exhibits,
        chat: ctx.chat.id,
        channel: ctx.incoming.channel,
        also,
    };
    Ok(Turn::say(said).effect(Effect::Step(Box::new(step)).into()))
}

/// A message was corrected after it became a case: the correction is added, the first words stay.
pub fn corrected(ctx: &Context<'_>, me: &Me, message: &Message) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(code) = facts::reported(ctx, &message.id)? else { return Ok(Turn::nothing()) };
    let Some(case) = facts::by_code(ctx, code)? else { return Ok(Turn::nothing()) };
    let text = recognise::said(ctx, message);
    if rules::screen(&text) == Screening::Secret {
        return Ok(intake::secret(ctx));
    }
    let Some(own) = case.reporter(me.id) else { return Ok(Turn::nothing()) };
    let same = recognise::plain(&text) == recognise::plain(&own.text);
    let Ok(to) = case.after(Move::Add) else { return Ok(Turn::nothing()) };
    if text.is_empty() || same {
        return Ok(Turn::nothing());
    }
    let step = Step {
        incident: case.id,
        from: case.state,
        to,
        movement: Move::Add,
        waits: Vec::new(),
        actor: me.id,
        text,
        exhibits: Vec::new(),
        chat: ctx.chat.id,
        channel: ctx.incoming.channel,
        also: Also::Nothing,
    };
    let said = lang.say("incident-added-words", &[("code", &case.code)]);
    Ok(Turn::say(said).effect(Effect::Step(Box::new(step)).into()))
}
