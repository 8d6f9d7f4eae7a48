//! One call, from what was asked to what is to be answered.

use serde_json::Value;

use super::log::{ZaloOaAttempt, ZaloOaOutcome};
use super::refusal::Refusal;
use super::uploads::{Kind, Part};
use super::world::World;
use crate::sandbox::clock::SECOND;
use crate::sandbox::faults::{Fault, Faults};

/// The result of a call.
pub(super) type Result<T = Value> = std::result::Result<T, Refusal>;

/// What was asked.
pub(super) enum Asked {
    /// A new pair of tokens: the header `secret_key` and the form.
    Tokens(Option<String>, Vec<(String, String)>),
    About,
    Message(Value),
    GroupMessage(Value),
    Groups(Vec<(String, String)>),
    Upload(Kind, Vec<Part>),
    /// Something that cannot be read or is not known.
    Nothing(Refusal),
}

/// A call as it came, with the fault that hits it.
pub(super) struct Call {
    pub method: String,
    chat: Option<String>,
    text: String,
    pub fault: Option<Fault>,
}

/// Does what is asked, and writes down what became of it. Gives the fault that hits it, and the result.
pub(super) fn call(
    world: &mut World,
    faults: &Faults,
    method: &str,
    token: Option<&str>,
    asked: Asked,
) -> (Option<Fault>, Result) {
    let (chat, text) = asked.about();
    let fault = faults.pick(method, chat.as_deref(), &text);
    let call = Call { method: method.into(), chat, text, fault };
    let refused = call.fault.as_ref().and_then(|fault| refused_by(world, fault, method));
    let result = match refused {
        Some(refusal) => Err(refusal),
        None => run(world, &call, token, asked),
    };
    end(world, &call, &result);
    (call.fault, result)
}

fn run(world: &mut World, call: &Call, token: Option<&str>, asked: Asked) -> Result {
    if let Asked::Tokens(secret, form) = asked {
        return world.refresh(secret.as_deref(), &form);
    }
    world.check_token(token)?;
    world.within_rate()?;
    match asked {
        Asked::About => Ok(world.about()),
        Asked::Message(body) => world.send_to_person(call, &body),
        Asked::GroupMessage(body) => world.send_to_group(call, &body),
        Asked::Groups(query) => world.list_groups(&query),
        Asked::Upload(kind, parts) => world.upload(kind, parts),
        Asked::Nothing(refusal) => Err(refusal),
        Asked::Tokens(..) => unreachable!("answered above"),
    }
}

impl Asked {
    /// Whom it is for and what it says, for the log and the faults.
    fn about(&self) -> (Option<String>, String) {
        let (Asked::Message(body) | Asked::GroupMessage(body)) = self else {
            return (None, String::new());
        };
        let recipient = &body["recipient"];
        let chat = recipient["user_id"].as_str().or(recipient["group_id"].as_str());
        let text = body["message"]["text"].as_str();
        (chat.map(str::to_owned), text.unwrap_or_default().to_owned())
    }
}

fn end(world: &mut World, call: &Call, result: &Result) {
    let outcome = match (&call.fault, result) {
        (Some(fault), _) => ZaloOaOutcome::Fault(fault.name()),
        (None, Ok(_)) => ZaloOaOutcome::Ok,
        (None, Err(refusal)) => ZaloOaOutcome::Refused(refusal.code, refusal.text.clone()),
    };
    if let (None, Err(refusal)) = (&call.fault, result)
        && refusal.violation
    {
        world.violate(&call.method, call.chat.as_deref(), &refusal.text);
    }
    world.log.attempts.push(ZaloOaAttempt {
        seq: world.log.attempts.len() as u64 + 1,
        at: world.now,
        method: call.method.clone(),
        chat: call.chat.clone(),
        text: call.text.clone(),
        outcome,
    });
    world.touch();
}

/// The refusal of a fault that lets nothing through. Cut and stalled connections have no words: they are
/// answered with a refusal that the connection then does not deliver.
fn refused_by(world: &mut World, fault: &Fault, method: &str) -> Option<Refusal> {
    match fault {
        // The limit is the account's: there is none of one chat.
        Fault::TooMany { retry_after, .. } => {
            world.held_until = world.now.saturating_add(retry_after.saturating_mul(SECOND));
            Some(Refusal::too_many())
        }
        Fault::Status(code) => Some(Refusal::status(*code)),
        Fault::Forbidden => Some(Refusal::new(-213, "User has not followed OA")),
        // Groups never turn into others.
        Fault::NotFound | Fault::Migrate(_) => Some(Refusal::new(-201, "user_id is invalid")),
        Fault::Unauthorized if method == "access_token" => {
            Some(Refusal::new(-14020, "Refresh token is invalid or was used"))
        }
        Fault::Unauthorized => Some(Refusal::bad_token()),
        Fault::ResetBefore | Fault::StallBefore(_) => Some(Refusal::status(500)),
        Fault::ResetAfter | Fault::Stall(_) | Fault::Garbage => None,
    }
}
