//! What people do with a case: who may, what changes, and who hears of it.

use crate::conversation::{ChatKind, Choice, Context, Dialogue, Me, Need, Reply, Turn};
use crate::domain::Rich;
use crate::domain::ids::{ChatId, IncidentId, UnitId};
use crate::domain::incident::{Move, State as CaseState};

use super::{
    Action, Also, CardKind, Case, CaseAct, Effect, Exhibit, State, Step, Wants, Words, card, facts, reporter,
    rules,
};

/// A button about a case was pressed.
pub fn press(ctx: &Context<'_>, id: IncidentId, act: &CaseAct) -> Result<Turn, Need> {
    let lang = ctx.lang();
    if *act == CaseAct::Never {
        let gone = Reply::here(lang.say("incident-never-mind", &[])).in_place();
        return Ok(match ctx.dialogue {
            Dialogue::Incident(State::Words(words)) if words.incident == id => {
                Turn::default().and(gone).to(Dialogue::None)
            }
            _ => Turn::nothing(),
        });
    }
    let (Some(me), Some(case)) = (ctx.me, facts::case(ctx, id)?) else {
        return Ok(Turn::toast(lang.say("not-for-you", &[])));
    };
    if !may(case, me, act) {
        return Ok(Turn::toast(lang.say("not-for-you", &[])));
    }
    match act {
        CaseAct::Show => show(ctx, me, case),
        CaseAct::Photos => Ok(photos(ctx, me, case)),
        CaseAct::Take => Ok(go(ctx, me, case, Move::Take, String::new(), Also::Nothing)),
        CaseAct::Verify => Ok(go(ctx, me, case, Move::Verify, String::new(), Also::Nothing)),
        CaseAct::Accept => Ok(go(ctx, me, case, Move::Accept, String::new(), Also::Nothing)),
        CaseAct::Confirm => Ok(go(ctx, me, case, Move::Confirm, String::new(), Also::Nothing)),
        CaseAct::Reopen => Ok(reopen(ctx, me, case)),
        CaseAct::Ask => Ok(prompt(ctx, case, Move::Ask, Wants::Question)),
        CaseAct::Answer => Ok(prompt(ctx, case, Move::Answer, Wants::Answer)),
        CaseAct::Return => Ok(prompt(ctx, case, Move::Return, Wants::Return)),
        CaseAct::Report => Ok(prompt(ctx, case, Move::Report, Wants::Result)),
        CaseAct::Settle => Ok(prompt(ctx, case, Move::Settle, Wants::Settle)),
        CaseAct::Reject => Ok(prompt(ctx, case, Move::Reject, Wants::Reject)),
        CaseAct::Plan => Ok(prompt(ctx, case, Move::Plan, Wants::Plan)),
        CaseAct::Progress => Ok(prompt(ctx, case, Move::Progress, Wants::Progress)),
        CaseAct::Withdraw => Ok(prompt(ctx, case, Move::Withdraw, Wants::Withdraw)),
        CaseAct::SettleAsReported => {
            let words = case.result.clone().unwrap_or_default();
            let mut turn = go(ctx, me, case, Move::Settle, words, Also::Nothing);
            turn.dialogue.get_or_insert(Dialogue::None);
            if turn.effects.is_empty() {
                return Ok(turn);
            }
            let done = lang.say("incident-done-settle", &[("code", &case.code)]);
            Ok(turn.and(Reply::here(done).in_place()))
        }
        CaseAct::Forward => choose_group(ctx, me, case, None),
        CaseAct::ForwardByName => Ok(prompt(ctx, case, Move::Forward, Wants::UnitName)),
        CaseAct::ForwardTo { chat, unit } => forward(ctx, me, case, *chat, *unit),
        CaseAct::Merge => choose_case(ctx, me, case),
        CaseAct::MergeInto(other) => {
            let turn = merge(ctx, me, case, *other)?;
            Ok(if turn.effects.is_empty() { turn } else { turn.and(merged(ctx, case, *other)?) })
        }
        CaseAct::MergeLikely(other) => merge(ctx, me, case, *other),
        CaseAct::Never => Ok(Turn::nothing()),
    }
}

/// Whether the person may do this with the case, as their roles are at this moment.
pub fn may(case: &Case, me: &Me, act: &CaseAct) -> bool {
    match act {
        CaseAct::Show | CaseAct::Photos => case.is_seen_by(me),
        CaseAct::Never => true,
        _ => movement(act).is_some_and(|movement| case.is_moved_by(me, movement)),
    }
}

/// The move that an act makes, or prepares.
fn movement(act: &CaseAct) -> Option<Move> {
    Some(match act {
        CaseAct::Show | CaseAct::Photos | CaseAct::Never => return None,
        CaseAct::Take => Move::Take,
        CaseAct::Verify => Move::Verify,
        CaseAct::Ask => Move::Ask,
        CaseAct::Answer => Move::Answer,
        CaseAct::Forward | CaseAct::ForwardTo { .. } | CaseAct::ForwardByName => Move::Forward,
        CaseAct::Accept => Move::Accept,
        CaseAct::Plan => Move::Plan,
        CaseAct::Progress => Move::Progress,
        CaseAct::Return => Move::Return,
        CaseAct::Report => Move::Report,
        CaseAct::Settle | CaseAct::SettleAsReported => Move::Settle,
        CaseAct::Reject => Move::Reject,
        CaseAct::Merge | CaseAct::MergeInto(_) | CaseAct::MergeLikely(_) => Move::Merge,
        CaseAct::Confirm => Move::Confirm,
        CaseAct::Reopen => Move::Reopen,
        CaseAct::Withdraw => Move::Withdraw,
    })
}

/// Makes a move without exhibits.
pub fn go(ctx: &Context<'_>, me: &Me, case: &Case, movement: Move, text: String, also: Also) -> Turn {
    go_with(ctx, me, case, movement, text, also, Vec::new())
}

/// Makes a move: the change, a line to each reporter, and a line to the groups whose turn it is.
pub fn go_with(
    ctx: &Context<'_>,
    me: &Me,
    case: &Case,
    movement: Move,
    text: String,
    also: Also,
    exhibits: Vec<Exhibit>,
) -> Turn {
    let lang = ctx.lang();
    let Ok(mut to) = case.after(movement) else { return not_now(ctx, case) };
    if movement == Move::Return && case.holder.is_none() {
        // It went to the unit by the table: no officer has it yet.
        to = CaseState::New;
    }
    let mut replies = reporter_lines(me, case, movement, &text, &also);
    if let Also::Join { hidden, .. } = also {
        replies.extend(joined_lines(me, case, &text, hidden));
    }
    replies.extend(group_lines(ctx, me, case, movement, &text));
    let mut turn = Turn { replies, ..Turn::default() };
    // Of these another line says it already, and where a note does not pass by, once is enough.
    let said = matches!(movement, Move::Confirm | Move::Reopen | Move::Forward);
    if ctx.incoming.press().is_some() && !said {
        let done = lang.say(&format!("incident-done-{}", movement.code()), &[("code", &case.code)]);
        turn = turn.with_toast(done);
    }
    let waits = rules::waits(ctx, case, movement, to, &also);
    let step = Step {
        incident: case.id,
        from: case.state,
        to,
        waits,
        movement,
        actor: me.id,
        text,
        exhibits,
        chat: ctx.chat.id,
        channel: ctx.incoming.channel,
        also,
    };
    turn.effect(Effect::Step(Box::new(step)).into())
}

/// The move is not one of this state's: somebody was faster, or the card is old.
fn not_now(ctx: &Context<'_>, case: &Case) -> Turn {
    let lang = ctx.lang();
    let state = card::state_words(case.state, lang);
    let said = match &case.holder {
        Some((_, name)) if case.state == CaseState::Taken => {
            lang.say("incident-taken-already", &[("name", name), ("code", &case.code)])
        }
        _ => lang.say("incident-not-now", &[("code", &case.code), ("state", &state)]),
    };
    if ctx.incoming.press().is_some() { Turn::toast(said) } else { Turn::say(said) }
}

/// Asks for the words that a move needs.
fn prompt(ctx: &Context<'_>, case: &Case, movement: Move, wants: Wants) -> Turn {
    let lang = ctx.lang();
    if !case.takes(movement) {
        return not_now(ctx, case);
    }
    let name = ctx.me.map_or("", |me| me.name.as_str());
    let key = match wants {
        Wants::Question => "incident-want-question",
        Wants::Answer => "incident-want-answer",
        Wants::UnitName => "incident-want-unit",
        Wants::Return => "incident-want-return",
        Wants::Result => "incident-want-result",
        Wants::Settle => "incident-want-settle",
        Wants::Reject => "incident-want-reject",
        Wants::Plan => "incident-want-plan",
        Wants::Progress => "incident-want-progress",
        Wants::Withdraw => "incident-want-withdraw",
    };
    let vars = [("name", name), ("code", case.code.as_str()), ("places", rules::places(ctx))];
    let mut text = lang.say(key, &vars);
    if wants == Wants::Answer
        && let Some(question) = &case.question
    {
        text = format!("{text}\n“{question}”");
    }
    if ctx.chat.kind == ChatKind::Group {
        // In a group the bot may see only what answers it.
        text = format!("{text}\n{}", lang.say("incident-want-reply", &[]));
    }
    let mut reply = Reply::here(text);
    if wants == Wants::Settle && case.state == CaseState::Reported && case.result.is_some() {
        reply = reply.row([card::button(case, lang, "incident-do-settle-as", CaseAct::SettleAsReported)]);
    }
    reply = reply.row([card::button(case, lang, "incident-cancel", CaseAct::Never)]);
    let words = Words { incident: case.id, wants, since: ctx.now, exhibits: Vec::new() };
    Turn::default().and(reply).to(State::Words(words).into())
}

fn reopen(ctx: &Context<'_>, me: &Me, case: &Case) -> Turn {
    let deadline = rules::deadline(ctx, case.category_code.as_deref());
    let mut turn = go(ctx, me, case, Move::Reopen, String::new(), Also::Deadline(deadline));
    if !turn.effects.is_empty() {
        let words = Words { incident: case.id, wants: Wants::Answer, since: ctx.now, exhibits: Vec::new() };
        turn.dialogue = Some(State::Words(words).into());
    }
    turn
}

/// Shows the case below everything: the card where people act on it, else the reporter's view.
pub fn show(ctx: &Context<'_>, me: &Me, case: &Case) -> Result<Turn, Need> {
    let chat = ctx.chat.id;
    let kind = match ctx.chat.kind {
        // In a group only what its card shows already; another group's case does not exist here.
        ChatKind::Group => match case.cards.iter().find(|card| card.chat == chat) {
            Some(card) => card.kind,
            None => return Ok(Turn::say(ctx.lang().say("incident-not-found", &[]))),
        },
        ChatKind::Private if case.is_triaged_by(me) => CardKind::Watch,
        ChatKind::Private if case.is_worked_on_by(me) => CardKind::Unit,
        ChatKind::Private => {
            return Ok(Turn::default().and(card::reporter_view(case, me.id, ctx.lang(), ctx.now)));
        }
    };
    Ok(looked(Turn::nothing().effect(Effect::Show { incident: case.id, chat, kind }.into()), me, case))
}

/// Who looks at a restricted case that is not their own report is written down.
fn looked(turn: Turn, me: &Me, case: &Case) -> Turn {
    if !case.mark.is_restricted() || case.is_reported_by(me) {
        return turn;
    }
    turn.effect(Effect::Look { incident: case.id, who: me.id }.into())
}

fn photos(ctx: &Context<'_>, me: &Me, case: &Case) -> Turn {
    let lang = ctx.lang();
    let in_group = ctx.chat.kind == ChatKind::Group;
    let acts = in_group || case.is_triaged_by(me) || case.is_worked_on_by(me);
    let files = if acts { case.all_files() } else { case.files_of(me.id) };
    if files.is_empty() || (in_group && !case.cards.iter().any(|card| card.chat == ctx.chat.id)) {
        return Turn::toast(lang.say("incident-no-photos", &[]));
    }
    let caption = card::caption(lang, &case.code, &files);
    looked(Turn::default().and(Reply::here(caption).files(files)), me, case)
}

/// Offers where to forward to, nearest first, or what belongs to a unit that fits a name.
pub fn choose_group(ctx: &Context<'_>, me: &Me, case: &Case, name: Option<String>) -> Result<Turn, Need> {
    let lang = ctx.lang();
    if !case.takes(Move::Forward) {
        return Ok(not_now(ctx, case));
    }
    let groups = facts::groups(ctx, case.id, me.id, name.clone())?;
    let key = match (&name, groups.is_empty()) {
        (_, false) => "incident-forward-where",
        (None, true) => "incident-forward-none",
        (Some(_), true) => "incident-forward-no-such",
    };
    let mut reply = Reply::here(lang.say(key, &[("code", &case.code)]));
    for group in groups {
        let act = CaseAct::ForwardTo { chat: group.chat, unit: group.unit.id };
        let action = Action::Case { incident: case.id, act };
        let label = match &group.head {
            Some(head) => card::shorten(&format!("{} · 👤 {head}", group.unit.name), 60),
            None => card::button_name(&group.unit),
        };
        reply = reply.row([Choice::always(label, action.into())]);
    }
    reply = reply.row([
        card::button(case, lang, "incident-do-forward-name", CaseAct::ForwardByName),
        card::button(case, lang, "incident-cancel", CaseAct::Never),
    ]);
    let words = Words { incident: case.id, wants: Wants::UnitName, since: ctx.now, exhibits: Vec::new() };
    Ok(Turn::default().and(reply).to(State::Words(words).into()))
}

fn forward(ctx: &Context<'_>, me: &Me, case: &Case, chat: ChatId, unit: UnitId) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(group) = facts::group(ctx, chat, unit)? else {
        return Ok(Turn::toast(lang.say("incident-forward-no-such", &[])));
    };
    // It may belong to another unit since the button was shown.
    let reach = |unit| group.unit.line.contains(unit);
    let (watched, _) = super::case::watch(me);
    if !watched.iter().any(reach) {
        return Ok(Turn::toast(lang.say("not-for-you", &[])));
    }
    let also = Also::Forward { chat, unit: group.unit.id };
    let mut turn = go(ctx, me, case, Move::Forward, group.unit.name.clone(), also);
    if !turn.effects.is_empty() {
        let vars = [("code", case.code.as_str()), ("unit", group.unit.name.as_str())];
        turn =
            turn.and(Reply::here(lang.say("incident-forwarded-here", &vars)).in_place()).to(Dialogue::None);
    }
    Ok(turn)
}

fn choose_case(ctx: &Context<'_>, me: &Me, case: &Case) -> Result<Turn, Need> {
    let lang = ctx.lang();
    if !case.takes(Move::Merge) {
        return Ok(not_now(ctx, case));
    }
    let mut reply = Reply::here(lang.say("incident-merge-where", &[("code", &case.code)]));
    let mut any = false;
    for row in &facts::mergeable(ctx, case.id)?.rows {
        let Some(other) = facts::case(ctx, row.id)? else { continue };
        if other.is_triaged_by(me) && other.mark == case.mark {
            any = true;
            let label = format!("{} · {}", other.code, card::shorten(&other.text, 40));
            let action = Action::Case { incident: case.id, act: CaseAct::MergeInto(other.id) };
            reply = reply.row([Choice::always(label, action.into())]);
        }
    }
    if !any {
        return Ok(Turn::toast(lang.say("incident-merge-none", &[])));
    }
    Ok(Turn::default().and(reply))
}

fn merge(ctx: &Context<'_>, me: &Me, case: &Case, other: IncidentId) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let Some(into) = facts::case(ctx, other)? else {
        return Ok(Turn::toast(lang.say("incident-not-found", &[])));
    };
    // A restricted case may not become part of one that more people see.
    let fits = into.id != case.id && into.state.is_open() && into.mark == case.mark;
    if !fits || !into.is_triaged_by(me) {
        return Ok(Turn::toast(lang.say("incident-not-now", &[("code", &into.code), ("state", "")])));
    }
    Ok(go(ctx, me, case, Move::Merge, into.code.clone(), Also::Merge { into: into.id }))
}

/// What stands where the cases to choose from were.
fn merged(ctx: &Context<'_>, case: &Case, other: IncidentId) -> Result<Reply, Need> {
    let into = facts::case(ctx, other)?.map_or("", |into| &into.code);
    let vars = [("code", case.code.as_str()), ("into", into)];
    Ok(Reply::here(ctx.lang().say("incident-merged-here", &vars)).in_place())
}

/// What the reporters hear of a move.
fn reporter_lines(me: &Me, case: &Case, movement: Move, text: &str, also: &Also) -> Vec<Reply> {
    let unit = match (also, &case.forwarded) {
        (Also::Forward { .. }, _) => text,
        (_, Some(unit)) => unit.name.as_str(),
        (_, None) => "",
    };
    let key = format!("incident-tell-{}", movement.code());
    reporter::tell(case, |lang| {
        let vars =
            [("code", case.code.as_str()), ("name", me.name.as_str()), ("unit", unit), ("words", text)];
        let reply = Reply::here(Rich::from(lang.say(&key, &vars)));
        match movement {
            Move::Ask => reply.row([card::button(case, lang, "incident-do-answer", CaseAct::Answer)]),
            Move::Settle => reply.row(card::agree(case, lang)),
            _ => reply,
        }
    })
    .into_iter()
    // Their own additions are answered where they were made; one of several reporters does not tell the rest.
    .filter(|_| !matches!(movement, Move::Add | Move::Answer | Move::Withdraw))
    .collect()
}

/// The duty officers hear that one more person reports a case, and in which words.
fn joined_lines(me: &Me, case: &Case, text: &str, hidden: bool) -> Vec<Reply> {
    let words = card::shorten(text, 300);
    case.chats(CardKind::Duty)
        .map(|card| {
            let name =
                if hidden { card.lang.say("incident-hidden-name", &[]) } else { case.name_of(me, card.lang) };
            let vars = [("code", case.code.as_str()), ("name", name.as_str()), ("words", words.as_str())];
            Reply::to(card.chat, card.lang.say("incident-duty-join", &vars))
        })
        .collect()
}

/// The line below the card that makes telephones ring: an edited card does not.
fn group_lines(ctx: &Context<'_>, me: &Me, case: &Case, movement: Move, text: &str) -> Vec<Reply> {
    let to_duty = matches!(
        movement,
        Move::Answer
            | Move::Plan
            | Move::Return
            | Move::Report
            | Move::Reopen
            | Move::Confirm
            | Move::Withdraw
    );
    if !to_duty {
        return Vec::new();
    }
    let key = format!("incident-duty-{}", movement.code());
    let unit = case.forwarded.as_ref().map_or("", |unit| unit.name.as_str());
    let words = card::shorten(text, 300);
    case.chats(CardKind::Duty)
        .filter(|card| card.chat != ctx.chat.id)
        .map(|card| {
            let name = case.name_of(me, card.lang);
            let vars = [
                ("code", case.code.as_str()),
                ("name", name.as_str()),
                ("unit", unit),
                ("words", words.as_str()),
            ];
            Reply::to(card.chat, card.lang.say(&key, &vars))
        })
        .collect()
}
