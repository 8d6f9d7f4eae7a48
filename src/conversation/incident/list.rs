//! `/vuviec`: a reporter's cases, the open ones of a duty officer, those that lie with a unit.

use crate::conversation::{ChatKind, Choice, Context, Me, Need, Purpose, Reply, Turn};
use crate::domain::Rich;
use crate::domain::Role;
use crate::domain::rights::WATCH;

use super::case::{PAGE, watch};
use super::{Action, CaseAct, ListRow, ListScope, Scope, card, facts, moves, rules};

/// `/vuviec` and `/vuviec CODE`.
pub fn command(ctx: &Context<'_>, rest: &str) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(me) = ctx.me else { return Ok(Turn::say(lang.say("incident-enrol-first", &[]))) };
    if !rest.is_empty() {
        return find(ctx, me, rest);
    }
    let scope = match (ctx.chat.kind, ctx.chat.purpose) {
        (ChatKind::Group, Purpose::Duty) => Scope::Duty,
        (ChatKind::Group, Purpose::Staff) => Scope::Unit,
        (ChatKind::Group, Purpose::None) => return Ok(Turn::say(lang.say("incident-list-private", &[]))),
        (ChatKind::Private, _) if !watch(me).0.is_empty() => Scope::Duty,
        (ChatKind::Private, _) => Scope::Mine,
    };
    let Some(reply) = listing(ctx, me, scope, 0)? else {
        return Ok(Turn::say(lang.say("not-for-you", &[])));
    };
    Ok(Turn::default().and(reply))
}

/// Another page.
pub fn page(ctx: &Context<'_>, scope: Scope, page: u32) -> Result<Turn, Need> {
    let reply = match ctx.me {
        Some(me) => listing(ctx, me, scope, page)?,
        None => None,
    };
    Ok(match reply {
        Some(reply) => Turn::default().and(reply.in_place()),
        None => Turn::toast(ctx.lang().say("not-for-you", &[])),
    })
}

/// A wrong code and a case that is none of the asker's business look the same.
fn find(ctx: &Context<'_>, me: &Me, code: &str) -> Result<Turn, Need> {
    let not_found = || Turn::say(ctx.lang().say("incident-not-found", &[]));
    let Some(code) = rules::read_code(code, ctx.rules, ctx.now) else { return Ok(not_found()) };
    match facts::by_code(ctx, &code)? {
        Some(case) if case.is_seen_by(me) => moves::show(ctx, me, case),
        _ => Ok(not_found()),
    }
}

/// What a scope means for this person in this chat; nothing where they may not see it.
fn resolve(ctx: &Context<'_>, me: &Me, scope: Scope) -> Option<ListScope> {
    let in_group = ctx.chat.kind == ChatKind::Group;
    match scope {
        Scope::Mine if in_group => None,
        Scope::Mine => Some(ListScope::Reported(me.id)),
        Scope::Duty if in_group => {
            // The duty group sees what its cards show, whoever of them asks.
            let unit = ctx.chat.unit.filter(|_| ctx.chat.purpose == Purpose::Duty)?;
            let on_duty = me.has(WATCH);
            on_duty.then(|| ListScope::Open { units: vec![unit], restricted: vec![unit] })
        }
        Scope::Duty => {
            let (units, restricted) = watch(me);
            (!units.is_empty()).then_some(ListScope::Open { units, restricted })
        }
        Scope::Unit => {
            let mine = |unit| me.roles.iter().any(|post| post.unit == unit);
            if in_group {
                let unit = ctx.chat.unit.filter(|_| ctx.chat.purpose == Purpose::Staff)?;
                return Some(ListScope::With(vec![unit])).filter(|_| mine(unit));
            }
            let staff = me.roles.iter().filter(|post| matches!(post.role, Role::Staff | Role::Head));
            Some(ListScope::With(staff.map(|post| post.unit).collect()))
        }
    }
}

fn listing(ctx: &Context<'_>, me: &Me, scope: Scope, page: u32) -> Result<Option<Reply>, Need> {
    let lang = ctx.lang();
    let Some(resolved) = resolve(ctx, me, scope) else { return Ok(None) };
    let found = facts::list(ctx, resolved, page)?;
    let title = match scope {
        Scope::Mine => "incident-list-mine",
        Scope::Duty => "incident-list-duty",
        Scope::Unit => "incident-list-unit",
    };
    let total = found.total.to_string();
    let mut text = Rich::new().bold(lang.say(title, &[("count", &total)])).line();
    if found.rows.is_empty() {
        text = text.push(lang.say("incident-list-empty", &[]));
    }
    for row in &found.rows {
        text = text.line().append(line(ctx, row, scope)).line();
    }
    let mut reply = Reply::here(text);
    for pair in found.rows.chunks(2) {
        reply = reply.row(pair.iter().map(|row| {
            let action = Action::Case { incident: row.id, act: CaseAct::Show };
            Choice::always(row.code.clone(), action.into())
        }));
    }
    let mut turns = Vec::new();
    if page > 0 {
        turns.push(turn_to(ctx, "incident-list-back", scope, page - 1));
    }
    if found.total > i64::from(page + 1) * i64::from(PAGE) {
        turns.push(turn_to(ctx, "incident-list-more", scope, page + 1));
    }
    if ctx.chat.kind == ChatKind::Private && scope != Scope::Mine && page == 0 {
        turns.push(turn_to(ctx, "incident-list-to-mine", Scope::Mine, 0));
    }
    if !turns.is_empty() {
        reply = reply.row(turns);
    }
    Ok(Some(reply))
}

fn turn_to(ctx: &Context<'_>, key: &str, scope: Scope, page: u32) -> Choice {
    Choice::always(ctx.lang().say(key, &[]), Action::List { scope, page }.into())
}

fn line(ctx: &Context<'_>, row: &ListRow, scope: Scope) -> Rich {
    let lang = ctx.lang();
    let category = row.category.clone().unwrap_or_else(|| lang.say("incident-not-known", &[]));
    let words = if scope == Scope::Unit { rules::mask(&row.text) } else { row.text.clone() };
    let mut text = Rich::new().code(&row.code).push(format!(" · {category} · {}", row.unit)).line();
    let first = words.lines().next().unwrap_or_default();
    text = text.push(card::shorten(first, 70)).line();
    text = text.push(card::state_words(row.state, lang));
    if row.state.is_open() {
        let left = card::left_words(lang, ctx.now, row.due_at);
        let key = if row.is_overdue(ctx.now) { "incident-list-overdue" } else { "incident-list-left" };
        text = text.push(" · ").push(lang.say(key, &[("left", &left)]));
    }
    text
}
