//! From a notice that is written down to one that goes out: submitting, approving, returning, stopping.

use super::super::{ChatKind, Choice, Context, Dialogue, Lang, Me, Need, Reply, Turn};
use super::audience::{addressed, fault_words};
use super::call::{asking, result};
use super::draft::Expects;
use super::{
    Act, Action, Draft, Effect, NoticeFacts, ReachFacts, Review, Stage, State, asked_words, compose, drafts,
    facts, figures, filling, looks, meeting, missing, not_allowed, report,
};
use crate::domain::audience::AudienceFault;
use crate::domain::calendar::when_words;
use crate::domain::ids::{ChatId, NoticeId, UnitId};
use crate::domain::rights::{APPROVE, WRITE};
use crate::domain::text::{clean_line, shorten};
use crate::domain::{ChannelKind, Rich};

/// The longest reason for returning a notice, in characters.
const MOST_REASON: usize = 500;
/// So many notices are listed.
const MOST_LISTED: usize = 20;

fn button(lang: Lang, key: &str, notice: NoticeId, act: Act) -> Choice {
    Choice::always(lang.say(key, &[]), Action::Notice { notice, act }.into())
}

/// How far a notice reaches, or why it reaches nobody.
type Reached = Result<ReachFacts, AudienceFault>;

/// What stands below the preview: whom it reaches, and what its author can do.
pub fn preview_card(
    lang: Lang,
    (chat, channel): (ChatId, ChannelKind),
    facts: &NoticeFacts,
    reach: &Reached,
) -> Reply {
    let id = facts.id;
    let text = Rich::new().push(lang.say("notice-above-is-it", &[])).line().push(about(lang, facts, reach));
    let mut reply = Reply::to(chat, text);
    if reach.as_ref().is_ok_and(|reach| reach.filling.is_whole()) {
        reply = reply.row([button(lang, "notice-submit", id, Act::Submit)]);
    }
    let others = looks::others(lang, id, channel, reach.as_ref().ok());
    if !others.is_empty() {
        reply = reply.row(others);
    }
    reply.row([
        button(lang, "notice-rework", id, Act::Rework),
        button(lang, "notice-discard", id, Act::Discard),
    ])
}

/// What stands below a notice that waits for approval; after the decision, who made it.
pub fn approval_card(lang: Lang, chat: ChatId, facts: &NoticeFacts, reach: &Reached) -> Reply {
    let author = facts.author.clone().unwrap_or_else(|| lang.say("notice-by-the-machine", &[]));
    let id = facts.id;
    let waits = facts.stage == Stage::Submitted;
    let key = if facts.review.is_some() { "notice-sent-first" } else { "notice-waits-for-you" };
    let mut text = Rich::new().push(lang.say(key, &[("author", &author)])).line();
    text = text.bold(&facts.notice.title).line().push(about(lang, facts, reach));
    let reply = |text: Rich| Reply::to(chat, text).slot(format!("approve:{id}"));
    let later = facts.review == Some(Review::Waits);
    if waits || later {
        let (yes, no) = match later {
            true => ("notice-approve-after", "notice-object"),
            false => ("notice-approve", "notice-return"),
        };
        let approve = Action::Approve { notice: id, shown: facts.notice.fingerprint() };
        return reply(text)
            .row([Choice::always(lang.say(yes, &[]), approve.into()), button(lang, no, id, Act::Return)]);
    }
    reply(text.line().push(decided(lang, facts)))
}

fn about(lang: Lang, facts: &NoticeFacts, reach: &Reached) -> String {
    let mut lines = match reach {
        Ok(reach) => reach.filling.says(lang).into_iter().chain(reach.says(lang)).collect(),
        Err(fault) => vec![format!("⚠️ {}", fault_words(lang, fault))],
    };
    match (&facts.notice.meeting, &facts.notice.asks) {
        (Some(_), _) => lines.push(lang.say("meeting-with-buttons", &[])),
        (None, Some(call)) => lines.push(asked_words(lang, call)),
        (None, None) if facts.notice.confirm => lines.push(lang.say("notice-with-button", &[])),
        (None, None) => {}
    }
    if let Some(at) = facts.notice.send_at {
        lines.push(lang.say("notice-line-when", &[("value", &when_words(at))]));
    }
    lines.join("\n")
}

/// What has become of a notice, in one sentence.
fn decided(lang: Lang, facts: &NoticeFacts) -> String {
    let who = facts.decided_by.clone().unwrap_or_else(|| lang.say("notice-by-the-machine", &[]));
    let key = match facts.stage {
        Stage::Draft => "notice-is-draft",
        Stage::Submitted => "notice-is-submitted",
        _ if facts.review == Some(Review::Waits) => "notice-is-sent-first",
        _ if facts.review == Some(Review::Approved) => "notice-is-approved-after",
        _ if facts.review == Some(Review::Objected) => "notice-is-objected",
        Stage::Approved | Stage::Sent => "notice-is-approved",
        Stage::Returned => "notice-is-returned",
        Stage::Cancelled => "notice-is-cancelled",
    };
    lang.say(key, &[("name", &who)])
}

/// `/duyet`: what waits for approval.
pub(super) fn list(ctx: &Context<'_>) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let units = facts::units(ctx, APPROVE);
    if units.is_empty() {
        return Ok(not_allowed(ctx));
    }
    if ctx.chat.kind == ChatKind::Group {
        return Ok(Turn::say(lang.say("notice-in-private", &[])));
    }
    let me = ctx.me.map(|me| me.id);
    let waiting =
        facts::submitted(ctx, units)?.iter().filter(|(_, _, author)| author.is_none() || *author != me);
    let waiting: Vec<_> = waiting.take(MOST_LISTED).collect();
    if waiting.is_empty() {
        return Ok(Turn::say(lang.say("notice-nothing-waits", &[])));
    }
    let mut reply = Reply::here(lang.say("notice-these-wait", &[("count", &waiting.len().to_string())]));
    for (id, title, _) in waiting {
        let act = Action::Notice { notice: *id, act: Act::Look };
        reply = reply.row([Choice::always(shorten(title, 50), act.into())]);
    }
    Ok(Turn::default().and(reply))
}

/// A button about a notice that is written down. Authority is looked at now, whoever was shown the button.
/// `shown` is what the button stood below that approves.
pub(super) fn press(ctx: &Context<'_>, id: NoticeId, act: Act, shown: Option<&str>) -> Result<Turn, Need> {
    let lang = ctx.lang();
    if act == Act::Sample {
        return Ok(Turn::toast(lang.say("notice-sample", &[])));
    }
    let Some(me) = ctx.me else { return Ok(not_allowed(ctx)) };
    let Some(facts) = facts::notice(ctx, id)? else {
        return Ok(Turn::toast(lang.say("button-expired", &[])));
    };
    let mine = facts.notice.author == Some(me.id);
    if !may(me, mine, &facts.line, act) {
        return Ok(not_allowed(ctx));
    }
    let decides = matches!(act, Act::Look | Act::Approve | Act::Return);
    if decides && facts::beyond_approval(ctx, &facts.notice.audience)? {
        return Ok(Turn::say(lang.say("notice-approve-beyond", &[])));
    }
    let fits = match act {
        Act::Submit | Act::Rework | Act::Discard | Act::AskDiscard => facts.stage.is_open(),
        Act::Approve | Act::Return => facts.stage == Stage::Submitted || facts.review == Some(Review::Waits),
        Act::SendFirst => facts.stage == Stage::Submitted,
        Act::Pause | Act::Resume | Act::AskCancel | Act::Cancel => {
            matches!(facts.stage, Stage::Sent | Stage::Approved)
        }
        Act::Resend => facts.stage == Stage::Sent,
        Act::Collected | Act::Collect(_) | Act::Late => facts.notice.asks.is_some(),
        Act::Look
        | Act::LookOn(_)
        | Act::Keep
        | Act::Unconfirmed
        | Act::Report
        | Act::Recipients
        | Act::Picture => true,
        Act::Copy | Act::KeepDraft | Act::Sample => true,
    };
    if !fits {
        return Ok(Turn::toast(decided(lang, facts)));
    }
    // One that went out first is only looked at afterwards.
    let goes = act == Act::Submit || act == Act::SendFirst || (act == Act::Approve && facts.review.is_none());
    if goes {
        if let Some(turn) = meeting::too_late(ctx, &facts.notice) {
            return Ok(turn);
        }
        let filling = facts::filling(ctx, id)?;
        if !filling.is_whole() {
            return Ok(filling::stopped(ctx, facts, filling));
        }
    }
    if act == Act::Approve && shown != Some(facts.notice.fingerprint().as_str()) {
        // Not what stands above the button: it is shown as it is now, with a button of its own.
        let show = Effect::Show { notice: id, chat: ctx.chat.id };
        return Ok(Turn::toast(lang.say("notice-changed-since", &[])).effect(show.into()));
    }
    act_on(ctx, me, facts, act)
}

fn act_on(ctx: &Context<'_>, me: &Me, facts: &NoticeFacts, act: Act) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let (notice, by) = (facts.id, me.id);
    let toast = |key: &str| Turn::toast(lang.say(key, &[]));
    Ok(match act {
        Act::Submit => return submit(ctx, me, facts),
        Act::Rework => return rework(ctx, me, facts),
        Act::Discard => {
            let gone = Reply::here(lang.say("notice-discarded", &[])).in_place();
            let turn = Turn::default().and(gone).effect(Effect::Cancel { notice, by }.into());
            match ctx.dialogue {
                Dialogue::Notice(State::Draft(draft)) if draft.written == Some(notice) => {
                    turn.to(Dialogue::None)
                }
                _ => turn,
            }
        }
        Act::AskDiscard => drafts::ask_discard(lang, facts),
        Act::KeepDraft => Turn::default().and(Reply::here(lang.say("notice-draft-stays", &[])).in_place()),
        Act::Copy => return drafts::copy(ctx, me, facts),
        Act::Sample => toast("notice-sample"),
        Act::LookOn(channel) => {
            Turn::default().effect(Effect::ShowOn { notice, chat: ctx.chat.id, channel }.into())
        }
        Act::Look => Turn::default().effect(Effect::Show { notice, chat: ctx.chat.id }.into()),
        Act::SendFirst => return send_first(ctx, me, facts),
        Act::Approve if facts.review.is_some() => {
            let effect = Effect::Review { notice, by, objection: None };
            toast("notice-you-approved-after").effect(effect.into())
        }
        Act::Approve => toast("notice-you-approved").effect(Effect::Approve { notice, by }.into()),
        Act::Return => {
            let key = if facts.review.is_some() { "notice-ask-objection" } else { "notice-ask-reason" };
            let ask = lang.say(key, &[("title", &facts.notice.title)]);
            Turn::say(ask).to(State::Returning { notice }.into())
        }
        Act::Pause => toast("notice-paused").effect(Effect::Pause { notice, by }.into()),
        Act::Resume => toast("notice-resumed").effect(Effect::Resume { notice, by }.into()),
        Act::AskCancel => {
            let ask = Reply::here(lang.say("notice-really-cancel", &[("title", &facts.notice.title)]));
            Turn::default().and(ask.row([
                button(lang, "notice-cancel-yes", notice, Act::Cancel),
                button(lang, "notice-cancel-no", notice, Act::Keep),
            ]))
        }
        Act::Cancel => {
            let gone = Reply::here(lang.say("notice-cancelled", &[])).in_place();
            Turn::default().and(gone).effect(Effect::Cancel { notice, by }.into())
        }
        Act::Keep => Turn::default().and(Reply::here(lang.say("notice-goes-on", &[])).in_place()),
        Act::Unconfirmed => return missing::show(ctx, facts),
        Act::Report => return report::show(ctx, facts),
        Act::Recipients => return report::list(ctx, facts),
        Act::Picture => return figures::show(ctx, facts),
        Act::Resend => return report::resend(ctx, facts, by),
        Act::Collected => return result::show(ctx, facts),
        Act::Collect(output) => result::collect(ctx, notice, output),
        Act::Late => return result::late(ctx, notice),
    })
}

fn submit(ctx: &Context<'_>, me: &Me, facts: &NoticeFacts) -> Result<Turn, Need> {
    let lang = ctx.lang();
    if asking::is_too_late(ctx, &facts.notice) {
        return Ok(Turn::say(lang.say("call-too-late-to-send", &[])));
    }
    // The author's reach is looked at again: roles may have changed since the preview.
    if let Err(turn) = addressed(ctx, &facts.notice.audience)? {
        return Ok(turn);
    }
    let unit = facts.notice.author_unit.or_else(|| facts::writing_post(ctx).map(|post| post.unit));
    let Some(unit) = unit else { return Ok(not_allowed(ctx)) };
    let approvers = facts::approvers(ctx, unit, me.id, Some(&facts.notice.audience))?;
    if approvers.is_empty() {
        let others = facts::approvers(ctx, unit, me.id, None)?;
        if others.is_empty() {
            return Ok(Turn::say(lang.say("notice-nobody-approves", &[])));
        }
        let names = shorten(&others.join(", "), 300);
        return Ok(Turn::say(lang.say("notice-nobody-covers", &[("names", &names)])));
    }
    let names = shorten(&approvers.join(", "), 300);
    let text = lang.say("notice-submitted", &[("title", &facts.notice.title), ("names", &names)]);
    let effect = Effect::Submit { notice: facts.id, by: me.id };
    let mut reply = Reply::here(text).in_place();
    if facts.notice.urgent && ctx.rules.urgent_first {
        reply = reply.row([button(lang, "notice-send-first", facts.id, Act::SendFirst)]);
    }
    Ok(Turn::default().and(reply).effect(effect.into()))
}

/// Sends an urgent notice that waits for approval, where the configuration lets its author.
fn send_first(ctx: &Context<'_>, me: &Me, facts: &NoticeFacts) -> Result<Turn, Need> {
    let lang = ctx.lang();
    if !(facts.notice.urgent && ctx.rules.urgent_first) {
        return Ok(Turn::toast(lang.say("notice-not-first", &[])));
    }
    if let Err(turn) = addressed(ctx, &facts.notice.audience)? {
        return Ok(turn);
    }
    let text = lang.say("notice-goes-first", &[("title", &facts.notice.title)]);
    let effect = Effect::SendFirst { notice: facts.id, by: me.id };
    Ok(Turn::default().and(Reply::here(text).in_place()).effect(effect.into()))
}

/// Back to writing, with everything that is there.
fn rework(ctx: &Context<'_>, me: &Me, facts: &NoticeFacts) -> Result<Turn, Need> {
    let Some(post) = facts::writing_post(ctx) else { return Ok(not_allowed(ctx)) };
    let mut draft: Draft = compose::new_draft(ctx, me, post);
    draft.notice = facts.notice.clone();
    draft.written = Some(facts.id);
    asking::ask_anew(ctx, &mut draft);
    if draft.notice.title.is_empty() {
        return compose::continue_with(ctx, draft);
    }
    draft.expects = Expects::Settings;
    compose::open(ctx, draft)
}

/// Whether somebody may do this with a notice, which is theirs or not, of a unit that is given with all above it.
fn may(me: &Me, mine: bool, line: &[UnitId], act: Act) -> bool {
    match act {
        Act::Submit | Act::SendFirst | Act::Rework | Act::Discard | Act::AskDiscard | Act::KeepDraft => {
            mine && me.has(WRITE)
        }
        Act::Copy => me.has(WRITE) && (mine || me.reaches(WRITE, line)),
        Act::Look | Act::Approve | Act::Return => !mine && me.reaches(APPROVE, line),
        Act::Sample => true,
        Act::Pause
        | Act::Resume
        | Act::AskCancel
        | Act::Cancel
        | Act::Keep
        | Act::LookOn(_)
        | Act::Unconfirmed
        | Act::Report
        | Act::Recipients
        | Act::Picture
        | Act::Resend
        | Act::Collected
        | Act::Collect(_)
        | Act::Late => (mine && me.has(WRITE)) || me.reaches(APPROVE, line) || me.reaches(WRITE, line),
    }
}

/// The line that says why a notice is returned.
pub(super) fn reason_heard(ctx: &Context<'_>, id: NoticeId) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(me) = ctx.me else { return Ok(not_allowed(ctx).to(Dialogue::None)) };
    let Some(reason) = clean_line(ctx.incoming.text(), MOST_REASON) else {
        return Ok(Turn::say(lang.say("notice-reason-in-words", &[])));
    };
    let Some(facts) = facts::notice(ctx, id)? else { return Ok(not_allowed(ctx).to(Dialogue::None)) };
    if facts.notice.author == Some(me.id) || !facts::covers(ctx, APPROVE, &facts.line) {
        return Ok(not_allowed(ctx).to(Dialogue::None));
    }
    if facts::beyond_approval(ctx, &facts.notice.audience)? {
        return Ok(Turn::say(lang.say("notice-approve-beyond", &[])).to(Dialogue::None));
    }
    let (effect, key) = if facts.review == Some(Review::Waits) {
        (Effect::Review { notice: id, by: me.id, objection: Some(reason) }, "notice-you-objected")
    } else if facts.stage == Stage::Submitted {
        (Effect::Return { notice: id, by: me.id, reason }, "notice-you-returned")
    } else {
        return Ok(Turn::say(decided(lang, facts)).to(Dialogue::None));
    };
    Ok(Turn::say(lang.say(key, &[])).effect(effect.into()).to(Dialogue::None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::Post;
    use crate::conversation::notice::Output;
    use crate::domain::Role;
    use crate::domain::ids::PersonId;

    /// Every role at every place, with what it may do to a notice of the ward: its own, and somebody else's.
    #[test]
    fn what_each_role_may_do_with_a_notice() {
        const ACTS: [Act; 22] = [
            Act::Submit,
            Act::SendFirst,
            Act::Rework,
            Act::Discard,
            Act::AskDiscard,
            Act::Copy,
            Act::Look,
            Act::LookOn(ChannelKind::Email),
            Act::Approve,
            Act::Return,
            Act::Pause,
            Act::Resume,
            Act::AskCancel,
            Act::Cancel,
            Act::Unconfirmed,
            Act::Report,
            Act::Recipients,
            Act::Picture,
            Act::Resend,
            Act::Collected,
            Act::Collect(Output::Archive),
            Act::Late,
        ];
        let (province, ward, village, other) = (UnitId(1), UnitId(2), UnitId(3), UnitId(4));
        let line = [ward, province];
        let mut told = String::new();
        for role in Role::ALL {
            for (unit, place) in [(province, "above"), (ward, "there"), (village, "below"), (other, "beside")]
            {
                let post = Post { role, unit, unit_path: String::new() };
                let me = Me { id: PersonId(7), name: "Minh".into(), roles: vec![post] };
                for (mine, whose) in [(true, "own"), (false, "other's")] {
                    let own = [Act::Look, Act::Approve, Act::Return].map(|act| may(&me, true, &line, act));
                    assert_eq!(own, [false; 3], "nobody approves their own");
                    let may = ACTS.into_iter().filter(|act| may(&me, mine, &line, *act));
                    let may: Vec<String> = may.map(|act| format!("{act:?}")).collect();
                    let may = if may.is_empty() { "-".to_owned() } else { may.join(" ") };
                    told += &format!("{role} {place}, {whose}: {may}\n");
                }
            }
        }
        insta::assert_snapshot!(told);
    }
}
