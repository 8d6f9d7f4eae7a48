//! The card of a notice that is being written: everything that is set, and the buttons that change it.

use super::super::{Context, Need, Reply};
use super::audience::fault_words;
use super::compose::choice;
use super::{Draft, DraftAct, facts, kind_words, lists};
use crate::domain::Rich;
use crate::domain::calendar::{duration_words, when_words};
use crate::domain::meeting::Plan;

/// Everything that is set, and the buttons that change it.
pub(super) fn card(ctx: &Context<'_>, draft: &Draft) -> Result<Reply, Need> {
    let lang = ctx.lang();
    let notice = &draft.notice;
    let say = |key: &str, value: &str| lang.say(key, &[("value", value)]);
    let when = notice.send_at.map_or_else(|| lang.say("notice-now", &[]), when_words);
    let on = |on: bool| lang.say(if on { "notice-yes" } else { "notice-no" }, &[]);
    let remind = notice.remind_after.map_or_else(|| lang.say("notice-no", &[]), duration_words);
    let reach = match facts::reach(ctx, &notice.audience)? {
        Ok(reach) => {
            let (groups, people) = (reach.groups.to_string(), reach.people.to_string());
            lang.say("notice-reach", &[("groups", &groups), ("people", &people)])
        }
        Err(fault) => fault_words(lang, &fault),
    };
    let mut text = Rich::new().push("📝 ").bold(&notice.title);
    let meeting = notice.meeting.as_ref().and_then(Plan::meeting);
    if let Some(meeting) = &meeting {
        text = text.line().push(meeting.words());
    }
    text = text.push("\n\n").push(say("notice-line-to", &super::audience_words(lang, &notice.audience)));
    text = text.line().push(reach).line().push(say("notice-line-when", &when));
    if let Some(call) = &notice.asks {
        text = text.line().push(super::asked_words(lang, call));
    }
    if !notice.files.is_empty() {
        text = text.line().push(say("notice-line-files", &notice.files.len().to_string()));
    }
    let button = |label: String, act: DraftAct| choice(draft, label, act);
    let plain = |key: &str, act: DraftAct| button(lang.say(key, &[]), act);
    let mut to =
        vec![plain("notice-to-mine", DraftAct::ToMine), plain("notice-to-groups", DraftAct::ToGroups)];
    if facts::writing_post(ctx).is_some_and(facts::is_top) {
        to[0] = plain("notice-to-all", DraftAct::ToAll);
    }
    to.push(plain("notice-to-typed", DraftAct::TypeAudience));
    let mut flags = vec![button(say("notice-set-urgent", &on(notice.urgent)), DraftAct::Urgent)];
    match (&notice.asks, &meeting) {
        (Some(call), _) => {
            let kind = button(say("call-set-kind", &kind_words(lang, call.kind)), DraftAct::AskKind);
            let due = button(say("call-set-due", &when_words(call.due)), DraftAct::Due);
            flags.splice(0..0, [kind, due]);
        }
        (None, Some(_)) => {}
        (None, None) => flags.push(button(say("notice-set-confirm", &on(notice.confirm)), DraftAct::Confirm)),
    }
    let mut times = vec![button(say("notice-set-when", &when), DraftAct::When)];
    if notice.confirm && notice.asks.is_none() {
        times.insert(0, button(say("notice-set-remind", &remind), DraftAct::Remind));
    }
    if !notice.files.is_empty() {
        times.push(plain("notice-drop-files", DraftAct::DropFiles));
    }
    let last = [
        plain("notice-preview", DraftAct::Preview),
        plain("notice-edit", DraftAct::EditWords),
        plain("notice-discard", DraftAct::Cancel),
    ];
    let slot = format!("draft:{}:{}", draft.id, draft.card);
    let lists = lists::buttons(ctx, draft)?;
    let mut reply = Reply::here(text).row(to);
    if !lists.is_empty() {
        reply = reply.row(lists);
    }
    reply = reply.row(flags).row(times);
    if meeting.is_some() {
        reply = reply.row([
            plain("meeting-set-times", DraftAct::MeetingTimes),
            plain("meeting-set-place", DraftAct::MeetingPlace),
        ]);
    }
    Ok(reply.row(last).slot(slot))
}
