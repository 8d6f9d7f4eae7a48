//! The account speaks.

use serde_json::{Value, json};

use super::api::{Call, Result};
use super::log::ZaloOaAccepted;
use super::message::{ToGroup, ToPerson};
use super::refusal::Refusal;
use super::view::ZaloOaSeen;
use super::world::World;
use crate::sandbox::faults::Fault;

impl World {
    /// `message/cs`: to a person.
    pub fn send_to_person(&mut self, call: &Call, body: &Value) -> Result {
        let asked: ToPerson = read(body)?;
        let seen = self.shape(asked.message)?;
        let user = asked.recipient.user_id;
        let paid = self.price(&user).inspect_err(|refusal| self.note_refused(&user, refusal))?;
        self.count(&user, paid);
        let id = self.accept(call, &user, seen, paid);
        Ok(json!({"message_id": id, "user_id": user}))
    }

    /// `group/message`: to a group that the account made.
    pub fn send_to_group(&mut self, call: &Call, body: &Value) -> Result {
        let asked: ToGroup = read(body)?;
        let seen = self.shape(asked.message)?;
        let group = asked.recipient.group_id;
        self.own_group(&group)?;
        let id = self.accept(call, &group, seen, false);
        Ok(json!({"message_id": id, "group_id": group}))
    }

    fn accept(&mut self, call: &Call, chat: &str, mut seen: ZaloOaSeen, paid: bool) -> String {
        let id = self.hex(20);
        (seen.id, seen.date, seen.by_oa) = (id.clone(), self.date(), true);
        (seen.from, seen.name, seen.paid) = (self.options.oa_id.clone(), self.options.oa_name.clone(), paid);
        self.log.accepted.push(ZaloOaAccepted {
            seq: self.log.accepted.len() as u64 + 1,
            at: self.now,
            method: call.method.clone(),
            chat: chat.into(),
            message_id: id.clone(),
            text: seen.text.clone(),
            paid,
            from_fault: call.fault.as_ref().map(Fault::name),
        });
        self.post(chat, seen);
        id
    }
}

/// Strictly: what nobody knows is refused.
fn read<T: serde::de::DeserializeOwned>(body: &Value) -> Result<T> {
    serde_json::from_value(body.clone()).map_err(Refusal::wrong)
}
