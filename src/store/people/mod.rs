//! Units, people, chats, invites, what people ask about their data: what is kept.

mod chats;
mod erase;
mod import;
mod invites;
mod members;
mod merge;
mod own_data;
mod reached;
mod requests;
mod staffing;
mod units;

use crate::conversation::people::{Answer, Ask, Effect};
use crate::domain::ids::PersonId;

use super::audit::{self, Actor};
use super::{Env, StoreError, Tx, blobs};

pub(super) use chats::heard_from;
pub use chats::{MOVED, chat_moved};
pub use erase::Erasure;
pub use import::{Change, Conflict, ImportReport};
pub use invites::{InviteLine, NewInvite};
pub use members::{PersonLine, RoleLine};
pub use merge::Moves;
pub(super) use reached::arrange_owner;
pub use requests::RequestLine;
pub use staffing::ChangeLine;
pub(super) use staffing::{make_due, next as next_change};
pub use units::{UnitLine, find_or_create};
pub(super) use units::{find_everywhere, find_heirs, lineage};

/// Answers a question of the conversation.
pub(super) async fn answer(tx: &mut Tx<'_>, env: &Env, ask: &Ask) -> Result<Answer, StoreError> {
    Ok(match ask {
        Ask::WrongTries { channel, sender } => {
            Answer::WrongTries(invites::wrong_tries(tx, env, *channel, sender).await?)
        }
        Ask::InviteByHash(hash) => Answer::Invite(invites::by_hash(tx, env, hash).await?),
        Ask::Invite(id) => Answer::Invite(invites::by_id(tx, env, *id).await?),
        Ask::Consent(person) => Answer::Consent(members::consent(tx, *person).await?),
        Ask::FindUnits { within, text } => Answer::Units(units::find(tx, env, within, text).await?),
        Ask::Lineage(unit) => Answer::Lineage(units::lineage(tx, *unit).await?),
        Ask::Unit(unit) => Answer::Unit(units::by_id(tx, *unit).await?),
        Ask::MakeInvite { unit, role, uses, expires, by } => {
            let new = NewInvite { unit: *unit, role: *role, uses: *uses, expires: *expires, by: Some(*by) };
            let (id, token) = invites::create(tx, env, &new).await?;
            Answer::Made { id, token }
        }
        Ask::Channels(person) => Answer::Channels(reached::own_channels(tx, *person).await?),
        Ask::MakeLinkCode(person) => Answer::LinkCode(reached::make_code(tx, env, *person).await?),
        Ask::Leave(person) => Answer::Leave(staffing::own_leave(tx, *person).await?),
        Ask::OwnData(person) => Answer::OwnData(Box::new(own_data::own_data(tx, *person).await?)),
        Ask::Owner(chat) => Answer::Owner(requests::owner(tx, *chat).await?),
        Ask::OpenRequest(person, kind) => Answer::Request(requests::pending(tx, *person, *kind).await?),
        Ask::Request(id) => Answer::Request(requests::by_id(tx, *id).await?),
        Ask::RequestsFor(admin) => Answer::Requests(requests::for_admin(tx, *admin).await?),
        Ask::MakeRequest(new) => Answer::MadeRequest(requests::make(tx, env, new).await?),
        Ask::LinkCode(code) => Answer::Link(reached::by_code(tx, env, &code.clone().into()).await?),
    })
}

/// Makes a change that the conversation decided.
pub(super) async fn apply(tx: &mut Tx<'_>, env: &Env, effect: &Effect) -> Result<(), StoreError> {
    match effect {
        Effect::WrongTry { channel, sender } => invites::note_wrong_try(tx, env, *channel, sender).await,
        Effect::Enrol { invite, chat, name, consent } => {
            let (unit, role) = invites::spend(tx, env, *invite).await?;
            let person = members::enrol(tx, env, *chat, name, consent).await?;
            members::add_role(tx, env, person, unit, role).await?;
            invites::note_use(tx, env, *invite, person).await?;
            let detail = format!("{} unit:{unit} consent:{}", role.code(), consent.version);
            note(tx, env, person, "person.enrol", &format!("invite:{invite}"), &detail).await
        }
        Effect::AddRole { invite, person } => {
            let (unit, role) = invites::spend(tx, env, *invite).await?;
            members::add_role(tx, env, *person, unit, role).await?;
            invites::note_use(tx, env, *invite, *person).await?;
            let detail = format!("{} unit:{unit}", role.code());
            note(tx, env, *person, "person.role", &format!("invite:{invite}"), &detail).await
        }
        Effect::GiveConsent { person, consent } => {
            members::give_consent(tx, *person, consent).await?;
            note(tx, env, *person, "person.consent", &format!("person:{person}"), &consent.version).await
        }
        Effect::Leave { person } => {
            members::leave(tx, env, *person).await?;
            note(tx, env, *person, "person.leave", &format!("person:{person}"), "").await
        }
        Effect::PlanLeave { person, from, until } => {
            staffing::plan_leave(tx, env, *person, *from, *until).await
        }
        Effect::EndLeave { person } => staffing::end_leave(tx, env, *person).await,
        Effect::ForgetName { chat } => chats::forget_name(tx, *chat).await,
        Effect::SetLang { chat, lang } => chats::set_lang(tx, *chat, *lang).await,
        Effect::RevokeInvite { invite, by } => {
            invites::revoke(tx, env, *invite, Actor::Person(*by)).await.map(|_| ())
        }
        Effect::Bind { chat, unit, purpose, by } => {
            chats::bind(tx, *chat, *unit, *purpose).await?;
            let detail = format!("{} unit:{unit}", purpose.code());
            note(tx, env, *by, "group.bind", &format!("chat:{chat}"), &detail).await
        }
        Effect::Unbind { chat, by } => {
            chats::unbind(tx, *chat).await?;
            note(tx, env, *by, "group.unbind", &format!("chat:{chat}"), "").await
        }
        Effect::Link { code, person, chat } => {
            reached::link(tx, env, &code.clone().into(), *person, *chat).await?;
            note(tx, env, *person, "person.link", &format!("chat:{chat}"), "").await
        }
        Effect::Prefer { person, chat } => reached::prefer(tx, *person, *chat).await,
        Effect::Greeted { chat } => chats::note_greeting(tx, env, *chat).await,
        Effect::OpenChat { chat } => chats::open(tx, *chat).await,
        Effect::CloseChat { chat, reason } => chats::close(tx, env, *chat, reason).await,
        Effect::MoveChat { channel, old, new } => chat_moved(tx, env, *channel, old, new).await,
        Effect::Decide { request, by, decision } => {
            requests::decide(tx, env, *request, *by, decision).await?;
            note(tx, env, *by, "data.decide", &format!("request:{request}"), decision.state().code()).await
        }
        Effect::Rename { person, name } => requests::rename(tx, *person, name).await,
        Effect::ShowAnew { chat, request } => requests::show_anew(tx, *chat, *request).await,
        Effect::KeepFile { bytes, mime } => blobs::put(tx, env, bytes, mime).await.map(|_| ()),
    }
}

/// Writes down what a person did. Names are left out: what is there stays, also when they are erased.
async fn note(
    tx: &mut Tx<'_>,
    env: &Env,
    who: PersonId,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<(), StoreError> {
    audit::record(tx, env, Actor::Person(who), action, subject, detail).await
}

#[cfg(test)]
mod tests;
