//! `/moi`: a head or administrator invites, by buttons or in one line.

use std::time::Duration;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::{Choice, Context, Dialogue, Lang, Need, Reply, Turn};
use super::group::{MOST_OFFERED, MOST_QUERY, label};
use super::{Action, Ask, Effect, State, act, dialogue, facts, not_allowed, only_in_private, role_name};
use crate::domain::content::{Attachment, FileKind};
use crate::domain::ids::{InviteId, UnitId};
use crate::domain::qr::qr_png;
use crate::domain::text::fold;
use crate::domain::{Rich, Role};

/// So many people may come in by one invite at most.
pub const MOST_USES: u32 = 1000;
/// So long is an invite good at most, in days.
pub const MOST_DAYS: u32 = 90;
/// How long it is good where nothing is said, in days.
pub const USUAL_DAYS: u32 = 7;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What is known so far about an invite that is being made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InviteDraft {
    pub unit: Option<UnitId>,
    pub role: Option<Role>,
    pub uses: Option<u32>,
    pub days: Option<u32>,
}

/// The link that carries an invite. Where the bot has no name yet, the command that does the same.
pub fn invite_link(bot_username: &str, token: &str) -> String {
    if bot_username.is_empty() {
        format!("/start {token}")
    } else {
        format!("https://t.me/{bot_username}?start={token}")
    }
}

/// An invite as the conversation sees it.
#[derive(Clone, Debug)]
pub struct InviteFacts {
    pub id: InviteId,
    pub unit: UnitId,
    pub unit_path: String,
    pub role: Role,
    pub standing: Standing,
}

/// Whether an invite can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Good,
    Expired,
    UsedUp,
    Revoked,
}

/// `/moi`, alone or as `/moi Phường A, cán bộ, 20 lượt, 7 ngày` (in any order).
pub(super) fn command(ctx: &Context<'_>, rest: &str) -> Result<Turn, Need> {
    if facts::own_units(ctx).is_empty() {
        return Ok(not_allowed(ctx));
    }
    if let Some(turn) = only_in_private(ctx) {
        return Ok(turn);
    }
    let (draft, unit_text) = read(ctx.lang(), rest);
    if unit_text.is_empty() { go_on(ctx, &draft) } else { with_unit_text(ctx, &draft, &unit_text) }
}

/// Takes a line apart: what is not a number of uses or days, nor a role, is the unit.
fn read(lang: Lang, line: &str) -> (InviteDraft, String) {
    let mut draft = InviteDraft::default();
    let mut unit = Vec::new();
    for piece in line.split([',', ';', '\n']).map(str::trim).filter(|piece| !piece.is_empty()) {
        let folded = fold(piece);
        let number = |units: &[&str]| {
            let (number, unit) = folded.split_once(' ')?;
            units.contains(&unit).then(|| number.parse::<u32>().ok()).flatten()
        };
        if let Some(uses) = number(&["luot", "nguoi", "uses", "use", "people"]) {
            draft.uses = Some(uses.clamp(1, MOST_USES));
        } else if let Some(days) = number(&["ngay", "days", "day"]) {
            draft.days = Some(days.clamp(1, MOST_DAYS));
        } else if let Some(role) = read_role(lang, &folded) {
            draft.role = Some(role);
        } else {
            unit.push(piece);
        }
    }
    (draft, unit.join(", ").chars().take(MOST_QUERY).collect())
}

fn read_role(lang: Lang, folded: &str) -> Option<Role> {
    let in_words = Role::ALL.into_iter().find(|role| folded == fold(&role_name(lang, *role)));
    in_words.or_else(|| folded.parse().ok())
}

/// Wants to type the unit.
pub(super) fn other_unit(ctx: &Context<'_>, draft: &InviteDraft) -> Turn {
    let reply = Reply::here(ctx.lang().say("people-invite-type-unit", &[])).in_place();
    Turn::default().and(reply).to(dialogue(State::InviteUnit(draft.clone())))
}

pub(super) fn unit_typed(ctx: &Context<'_>, draft: &InviteDraft) -> Result<Turn, Need> {
    let text: String = ctx.incoming.text().trim().chars().take(MOST_QUERY).collect();
    if text.is_empty() { Ok(other_unit(ctx, draft)) } else { with_unit_text(ctx, draft, &text) }
}

fn with_unit_text(ctx: &Context<'_>, draft: &InviteDraft, text: &str) -> Result<Turn, Need> {
    let found: Vec<(UnitId, String)> =
        facts::find_units(ctx, text)?.map(|unit| (unit.id, unit.path.clone())).collect();
    match &found[..] {
        [] => Ok(Turn::say(ctx.lang().say("people-no-such-unit", &[("text", text)]))),
        [(unit, _)] => go_on(ctx, &InviteDraft { unit: Some(*unit), ..draft.clone() }),
        several => Ok(Turn::default().and(unit_buttons(ctx, draft, several)).to(Dialogue::None)),
    }
}

fn unit_buttons(ctx: &Context<'_>, draft: &InviteDraft, units: &[(UnitId, String)]) -> Reply {
    let mut reply = Reply::here(ctx.lang().say("people-invite-which-unit", &[])).in_place();
    for (unit, path) in units.iter().take(MOST_OFFERED) {
        let next = InviteDraft { unit: Some(*unit), ..draft.clone() };
        reply = reply.row([Choice::once(label(path), act(Action::Invite(next)))]);
    }
    let other = act(Action::InviteOtherUnit(draft.clone()));
    reply.row([Choice::once(ctx.lang().say("people-invite-other-unit", &[]), other)])
}

/// Asks for what is still missing, or makes the invite.
pub(super) fn go_on(ctx: &Context<'_>, draft: &InviteDraft) -> Result<Turn, Need> {
    let Some(unit) = draft.unit else { return which_unit(ctx, draft) };
    let Some(highest) = facts::leads(ctx, unit)? else { return Ok(not_allowed(ctx)) };
    let Some(role) = draft.role else { return Ok(which_role(ctx, draft, highest)) };
    if role > highest {
        return Ok(not_allowed(ctx));
    }
    match (draft.uses, draft.days) {
        (None, None) => Ok(how_many(ctx, draft)),
        (uses, days) => make(ctx, unit, role, uses.unwrap_or(1), days.unwrap_or(USUAL_DAYS)),
    }
}

fn which_unit(ctx: &Context<'_>, draft: &InviteDraft) -> Result<Turn, Need> {
    let mut units = Vec::new();
    for id in facts::own_units(ctx) {
        if let Some(unit) = facts::unit(ctx, id)? {
            units.push((id, unit.path.clone()));
        }
    }
    if units.is_empty() {
        return Ok(not_allowed(ctx));
    }
    Ok(Turn::default().and(unit_buttons(ctx, draft, &units)))
}

fn which_role(ctx: &Context<'_>, draft: &InviteDraft, highest: Role) -> Turn {
    let lang = ctx.lang();
    let mut reply = Reply::here(lang.say("people-invite-which-role", &[])).in_place();
    let open: Vec<Role> = Role::ALL.into_iter().filter(|role| *role <= highest).collect();
    for pair in open.chunks(2) {
        reply = reply.row(pair.iter().map(|role| {
            let next = InviteDraft { role: Some(*role), ..draft.clone() };
            Choice::once(role_name(lang, *role), act(Action::Invite(next)))
        }));
    }
    Turn::default().and(reply).to(Dialogue::None)
}

fn how_many(ctx: &Context<'_>, draft: &InviteDraft) -> Turn {
    let lang = ctx.lang();
    let mut reply = Reply::here(lang.say("people-invite-how-many", &[])).in_place();
    for (uses, days) in [(1, 7), (20, 7), (100, 30)] {
        let next = InviteDraft { uses: Some(uses), days: Some(days), ..draft.clone() };
        let text =
            lang.say("people-invite-terms", &[("uses", &uses.to_string()), ("days", &days.to_string())]);
        reply = reply.row([Choice::once(text, act(Action::Invite(next)))]);
    }
    Turn::default().and(reply).to(Dialogue::None)
}

fn make(ctx: &Context<'_>, unit: UnitId, role: Role, uses: u32, days: u32) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let (Some(me), Some(found)) = (ctx.me, facts::unit(ctx, unit)?) else { return Ok(not_allowed(ctx)) };
    // From a button only what was written on it comes; the bounds hold all the same.
    let (uses, days) = (uses.clamp(1, MOST_USES), days.clamp(1, MOST_DAYS));
    let expires = ctx.now + DAY * days;
    let (id, token) = facts::made(ctx, Ask::MakeInvite { unit, role, uses, expires, by: me.id })?;
    let link = invite_link(&ctx.rules.bot_username, token.expose_secret());
    let role = role_name(lang, role);
    let vars = [
        ("unit", found.path.as_str()),
        ("role", &role),
        ("uses", &uses.to_string()),
        ("until", &expires.short()),
    ];
    let text = Rich::new().push(lang.say("people-invite-made", &vars)).push("\n\n").push(&link);
    let revoke = Choice::once(lang.say("people-invite-revoke", &[]), act(Action::RevokeInvite(id)));
    let done = Reply::here(lang.say("people-invite-done", &[("unit", &found.path)])).in_place();
    let mut turn = Turn::default().to(Dialogue::None);
    if ctx.incoming.press().is_some() {
        turn = turn.and(done);
    }
    let mut reply = Reply::here(text).row([revoke]);
    if let Ok(bytes) = qr_png(&link) {
        let sha256 = hex::encode(Sha256::digest(&bytes));
        reply =
            reply.files(vec![Attachment { sha256, name: "ma-moi.png".to_owned(), kind: FileKind::Photo }]);
        turn = turn.people(Effect::KeepFile { bytes, mime: "image/png" });
    }
    Ok(turn.and(reply))
}

/// Takes an invite back.
pub(super) fn revoke(ctx: &Context<'_>, id: InviteId) -> Result<Turn, Need> {
    let lang = ctx.lang();
    let (Some(me), Some(invite)) = (ctx.me, facts::invite(ctx, id)?) else {
        return Ok(Turn::toast(lang.say("button-expired", &[])));
    };
    if facts::leads(ctx, invite.unit)?.is_none_or(|highest| invite.role > highest) {
        return Ok(not_allowed(ctx));
    }
    let text = lang.say("people-invite-revoked-now", &[("unit", &invite.unit_path)]);
    Ok(Turn::say(text).people(Effect::RevokeInvite { invite: id, by: me.id }))
}
