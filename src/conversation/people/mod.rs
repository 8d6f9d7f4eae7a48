//! Enrolment, leaving, groups, help.

mod consent;
mod data_request;
mod enrol;
mod facts;
mod group;
pub mod help;
mod invite;
mod leave;
mod link;
mod me;
mod own_data;
mod request;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{ChatKind, Context, Dialogue, Effect as AnyEffect, Incoming, Lang, Need, Purpose, Turn};
use crate::domain::ids::*;
use crate::domain::{ChannelKind, Role, Timestamp};

pub use consent::{CONSENT_VERSION, Consent};
pub use data_request::{Decider, Decision, NewRequest, RequestFacts, RequestKind, RequestState};
pub(super) use enrol::ask_once;
pub use enrol::{MOST_TRIES, TRIES_COUNT_FOR};
pub use help::menu;
pub use invite::{InviteDraft, InviteFacts, MOST_DAYS, MOST_USES, Standing, USUAL_DAYS, invite_link};
pub use leave::{OwnLeave, staff_told};
pub use link::{LinkFacts, OwnChannel, linked_elsewhere};
pub use own_data::{GotNotice, OwnData, OwnReport, OwnRequest, own_data_text};
pub use request::MOST_SHOWN as MOST_REQUESTS;

/// Where a person stands in a dialogue of this part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Has agreed; the name is being confirmed, or typed.
    Naming { invite: InviteId, consent: Consent },
    /// Types the name of the unit that an invite is for.
    InviteUnit(InviteDraft),
    /// Types what is wrong in their data.
    Correcting,
    /// Types from which day to which they are on leave.
    Leave,
    /// An administrator types the right name.
    Renaming(RequestId),
    /// An administrator types why a request is refused.
    Refusing(RequestId),
}

/// What a button of this part does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Agrees to the wording of this version, in the language that it was shown in.
    Agree {
        invite: InviteId,
        version: String,
        lang: Lang,
    },
    /// Does not agree.
    Decline,
    /// The same from somebody who is enrolled already, by a list.
    AgreeEnrolled {
        version: String,
        lang: Lang,
    },
    NameRight,
    NameWrong,
    /// Goes on with an invite that is being made.
    Invite(InviteDraft),
    /// Wants to type the unit.
    InviteOtherUnit(InviteDraft),
    RevokeInvite(InviteId),
    Bind {
        unit: UnitId,
        purpose: Purpose,
    },
    Speak(Lang),
    /// Is reached over this chat of theirs first from now on.
    PreferChannel(ChatId),
    /// Wants a code with which another chat becomes theirs.
    LinkChannel,
    /// Is on leave from the first moment to before the second.
    Leave {
        from: Timestamp,
        until: Timestamp,
    },
    /// Is on leave no more.
    EndLeave,
    /// Wants to know what an erasure means.
    WantErasure,
    /// Asks to be erased.
    AskErasure,
    /// Wants something put right.
    AskCorrection,
    /// Leaves everything as it is.
    KeepData,
    /// Takes a request back.
    Withdraw(RequestId),
    /// An administrator wants to erase, and is asked once more.
    Erase(RequestId),
    EraseSurely(RequestId),
    /// An administrator has put right what was wrong.
    Corrected(RequestId),
    /// An administrator wants to put the name right.
    Rename(RequestId),
    Refuse(RequestId),
}

/// A question of this part to the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    /// How many wrong invites this sender has tried of late: see [`enrol::MOST_TRIES`].
    WrongTries {
        channel: ChannelKind,
        sender: String,
    },
    /// The invite whose token has this SHA-256.
    InviteByHash(String),
    Invite(InviteId),
    /// The consent in force of a person.
    Consent(PersonId),
    /// Units that a text may mean, among those units and what is below them.
    FindUnits {
        within: Vec<UnitId>,
        text: String,
    },
    /// A unit and all above it.
    Lineage(UnitId),
    Unit(UnitId),
    /// Makes an invite; asked only when it is certain that it is wanted.
    MakeInvite {
        unit: UnitId,
        role: Role,
        uses: u32,
        expires: Timestamp,
        by: PersonId,
    },
    /// The private chats of a person, in their order.
    Channels(PersonId),
    /// Makes a code; asked only when it is certain that it is wanted.
    MakeLinkCode(PersonId),
    /// Whose a code is.
    LinkCode(String),
    /// When a person is on leave.
    Leave(PersonId),
    /// Everything that is kept about a person.
    OwnData(PersonId),
    /// Whose private chat it is, also after they left.
    Owner(ChatId),
    /// What a person asked of this kind and nobody has answered.
    OpenRequest(PersonId, RequestKind),
    Request(RequestId),
    /// Open requests that this administrator may decide, the most pressing first: one more than
    /// [`MOST_REQUESTS`] at least, if there are so many.
    RequestsFor(PersonId),
    /// Keeps a request; asked only when it is certain that it is wanted.
    MakeRequest(NewRequest),
}

/// The answer to an [`Ask`].
#[derive(Clone, Debug)]
pub enum Answer {
    WrongTries(i64),
    Invite(Option<InviteFacts>),
    Consent(Option<GivenConsent>),
    Units(Vec<FoundUnit>),
    Lineage(Vec<UnitId>),
    Unit(Option<FoundUnit>),
    Made { id: InviteId, token: SecretString },
    Channels(Vec<OwnChannel>),
    LinkCode(SecretString),
    Link(Option<LinkFacts>),
    Leave(Option<OwnLeave>),
    OwnData(Box<OwnData>),
    Owner(Option<PersonId>),
    Request(Option<Box<RequestFacts>>),
    Requests(Vec<RequestFacts>),
    MadeRequest(Box<RequestFacts>),
}

/// A consent in force.
#[derive(Clone, Debug)]
pub struct GivenConsent {
    pub version: String,
    pub at: Timestamp,
}

/// A unit that a text may mean.
#[derive(Clone, Debug)]
pub struct FoundUnit {
    pub id: UnitId,
    pub name: String,
    pub path: String,
    /// How well it fits: 0 the whole path, 1 the end of the path, 2 the name, 3 a part of the name.
    pub rank: i64,
}

/// A change that this part makes.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    WrongTry {
        channel: ChannelKind,
        sender: String,
    },
    /// Enrols whoever this private chat belongs to, and counts the invite's use.
    Enrol {
        invite: InviteId,
        chat: ChatId,
        name: String,
        consent: Consent,
    },
    /// Gives an enrolled person the invite's role too, and counts the invite's use.
    AddRole {
        invite: InviteId,
        person: PersonId,
    },
    GiveConsent {
        person: PersonId,
        consent: Consent,
    },
    Leave {
        person: PersonId,
    },
    /// Is on leave from the first moment to before the second; an earlier plan is dropped.
    PlanLeave {
        person: PersonId,
        from: Timestamp,
        until: Timestamp,
    },
    /// Is not on leave, now or later.
    EndLeave {
        person: PersonId,
    },
    /// Forgets the name under which a stranger's chat was kept.
    ForgetName {
        chat: ChatId,
    },
    SetLang {
        chat: ChatId,
        lang: Lang,
    },
    RevokeInvite {
        invite: InviteId,
        by: PersonId,
    },
    Bind {
        chat: ChatId,
        unit: UnitId,
        purpose: Purpose,
        by: PersonId,
    },
    Unbind {
        chat: ChatId,
        by: PersonId,
    },
    /// Makes a chat a person's own, by a code that is spent with it.
    Link {
        code: String,
        person: PersonId,
        chat: ChatId,
    },
    /// Puts a chat first in a person's order.
    Prefer {
        person: PersonId,
        chat: ChatId,
    },
    Greeted {
        chat: ChatId,
    },
    OpenChat {
        chat: ChatId,
    },
    CloseChat {
        chat: ChatId,
        reason: &'static str,
    },
    MoveChat {
        channel: ChannelKind,
        old: String,
        new: String,
    },
    /// Decides an open request.
    Decide {
        request: RequestId,
        by: PersonId,
        decision: Decision,
    },
    Rename {
        person: PersonId,
        name: String,
    },
    /// The card of a request is shown below everything next.
    ShowAnew {
        chat: ChatId,
        request: RequestId,
    },
    /// Keeps bytes that an attachment of this turn names by their SHA-256.
    KeepFile {
        bytes: Vec<u8>,
        mime: &'static str,
    },
}

/// Whether what came in carries an invite: its bytes are not kept once it has been handled.
pub fn holds_secret(incoming: &Incoming) -> bool {
    incoming
        .command()
        .is_some_and(|(name, rest)| matches!(name.as_str(), "start" | "ghep") && !rest.is_empty())
}

/// A command, if it is one of this part's.
pub fn command(ctx: &Context<'_>, name: &str, rest: &str) -> Result<Option<Turn>, Need> {
    Ok(Some(match name {
        "start" => enrol::start(ctx, rest)?,
        "help" | "trogiup" => help::help(ctx),
        "toi" => me::who_am_i(ctx)?,
        "ngonngu" => me::language(ctx, rest)?,
        "roi" => me::leave(ctx),
        "nghi" => leave::command(ctx, rest)?,
        "huy" | "cancel" => me::cancel(ctx),
        "dulieu" => own_data::command(ctx)?,
        "xoa" => request::command(ctx)?,
        "yeucau" => request::queue(ctx)?,
        "kenh" => link::channels(ctx)?,
        "ghep" => link::link(ctx, rest)?,
        "moi" => invite::command(ctx, rest)?,
        "gannhom" => group::bind_command(ctx, rest, Purpose::Staff)?,
        "nhomtruc" => group::bind_command(ctx, rest, Purpose::Duty)?,
        "gonhom" => group::unbind_command(ctx)?,
        _ => return Ok(None),
    }))
}

/// A button was pressed.
pub fn press(ctx: &Context<'_>, action: &Action) -> Result<Turn, Need> {
    match action {
        Action::Agree { invite, version, lang } => enrol::agreed(ctx, *invite, version, *lang),
        Action::Decline => Ok(enrol::declined(ctx)),
        Action::AgreeEnrolled { version, lang } => Ok(enrol::agreed_enrolled(ctx, version, *lang)),
        Action::NameRight => enrol::name_right(ctx),
        Action::NameWrong => Ok(enrol::name_wrong(ctx)),
        Action::Invite(draft) => invite::go_on(ctx, draft),
        Action::InviteOtherUnit(draft) => Ok(invite::other_unit(ctx, draft)),
        Action::RevokeInvite(invite) => invite::revoke(ctx, *invite),
        Action::Bind { unit, purpose } => group::bind(ctx, *unit, *purpose),
        Action::Speak(lang) => me::speak(ctx, *lang),
        Action::PreferChannel(chat) => link::prefer(ctx, *chat),
        Action::LinkChannel => link::make_code(ctx),
        Action::Leave { from, until } => leave::plan(ctx, *from, *until),
        Action::EndLeave => leave::end(ctx),
        Action::WantErasure => request::command(ctx),
        Action::AskErasure => request::ask_erasure(ctx),
        Action::AskCorrection => request::ask_correction(ctx),
        Action::KeepData => Ok(request::keep(ctx)),
        Action::Withdraw(id) => request::withdraw(ctx, *id),
        Action::Erase(id) => request::erase(ctx, *id),
        Action::EraseSurely(id) => request::erase_surely(ctx, *id),
        Action::Corrected(id) => request::corrected(ctx, *id),
        Action::Rename(id) => request::rename(ctx, *id),
        Action::Refuse(id) => request::refuse(ctx, *id),
    }
}

/// A message in a dialogue of this part.
pub fn heard(ctx: &Context<'_>, state: &State) -> Result<Turn, Need> {
    match state {
        State::Naming { invite, consent } => enrol::name_typed(ctx, *invite, consent),
        State::InviteUnit(draft) => invite::unit_typed(ctx, draft),
        State::Leave => leave::days_typed(ctx),
        State::Correcting => request::correction_said(ctx),
        State::Renaming(id) => request::name_said(ctx, *id),
        State::Refusing(id) => request::reason_said(ctx, *id),
    }
}

/// The bot's place in a chat changed, or the chat's id did.
pub fn chat_changed(ctx: &Context<'_>) -> Result<Turn, Need> {
    group::chat_changed(ctx)
}

/// A command that no part knows.
pub fn unknown_command(ctx: &Context<'_>, name: &str) -> Result<Turn, Need> {
    Ok(help::unknown_command(ctx, name))
}

/// A command was corrected after it was sent.
pub fn corrected_command(ctx: &Context<'_>) -> Turn {
    help::corrected_command(ctx)
}

/// Somebody wrote who is not enrolled.
pub fn stranger(ctx: &Context<'_>) -> Result<Turn, Need> {
    if let Some(turn) = link::bare_code(ctx)? {
        return Ok(turn);
    }
    if let Some(turn) = enrol::bare_token(ctx)? {
        return Ok(turn);
    }
    Ok(help::stranger(ctx))
}

impl Turn {
    /// Adds a change of this part.
    fn people(self, effect: Effect) -> Self {
        self.effect(AnyEffect::People(effect))
    }
}

/// A dialogue of this part.
fn dialogue(state: State) -> Dialogue {
    Dialogue::People(state)
}

/// A button of this part.
fn act(action: Action) -> super::Action {
    super::Action::People(action)
}

/// What is said where a thing belongs into the private chat.
fn only_in_private(ctx: &Context<'_>) -> Option<Turn> {
    (ctx.chat.kind == ChatKind::Group).then(|| Turn::say(ctx.lang().say("people-in-private", &[])))
}

/// What is said to somebody who may not do what was asked: quiet, and nothing changes.
fn not_allowed(ctx: &Context<'_>) -> Turn {
    let text = ctx.lang().say("not-for-you", &[]);
    if ctx.incoming.press().is_some() { Turn::toast(text) } else { Turn::say(text) }
}

/// What a role is called in the interface.
pub fn role_name(lang: Lang, role: Role) -> String {
    let key = match role {
        Role::Staff => "people-role-staff",
        Role::Reporter => "people-role-reporter",
        Role::Duty => "people-role-duty",
        Role::Editor => "people-role-editor",
        Role::Approver => "people-role-approver",
        Role::Head => "people-role-head",
        Role::Admin => "people-role-admin",
    };
    lang.say(key, &[])
}

#[cfg(test)]
mod sentences;
