//! One call of the bot, from its parameters to what is to be answered.

use serde_json::Value;

use super::log::ZaloAttempt;
use super::params::Params;
use super::refusal::Refusal;
use super::send::Photo;
use super::updates::Webhook;
use super::world::World;
use crate::sandbox::faults::{Fault, Faults};
use crate::sandbox::log::Outcome;

const GET_UPDATES: &str = "getUpdates";

/// A call as it came, with the fault that hits it.
pub(super) struct Call {
    pub method: String,
    chat: Option<String>,
    text: String,
    pub fault: Option<Fault>,
}

/// The result of a call; nothing where it has none.
pub(super) type Result<T = Value> = std::result::Result<T, Refusal>;

/// What has to be done before a call can be answered.
pub(super) enum Step {
    /// Nothing: this is what came of it, and it is written down.
    Done(Result),
    /// Wait for an update, so many seconds.
    Poll(u64),
    /// Fetch a picture.
    Fetch(Photo),
    /// Call the webhook.
    Test(Webhook),
}

/// Takes a call in: the fault that hits it is picked, and as much is done as can be done at once.
pub(super) fn begin(
    world: &mut World,
    faults: &Faults,
    method: &str,
    params: Result<Params>,
) -> (Call, Step) {
    let peek = |name| params.as_ref().ok().and_then(|params| params.peek(name));
    let (chat, text) = (peek("chat_id"), peek("text").or_else(|| peek("caption")).unwrap_or_default());
    let fault = faults.pick(method, chat.as_deref(), &text);
    let call = Call { method: method.into(), chat, text, fault };
    let refused = call.fault.as_ref().and_then(|fault| refused_by(world, fault, call.chat.as_deref()));
    let step = match refused {
        Some(refusal) => Err(refusal),
        None => params.and_then(|params| run(world, &call, params)),
    };
    let step = step.unwrap_or_else(|refusal| Step::Done(Err(refusal)));
    if let Step::Done(result) = &step {
        end(world, &call, result);
    }
    (call, step)
}

fn run(world: &mut World, call: &Call, params: Params) -> Result<Step> {
    let result = match call.method.as_str() {
        "getMe" => params.finish().map(|()| world.me())?,
        GET_UPDATES => return world.begin_poll(params).map(Step::Poll),
        "setWebhook" => world.set_webhook(params)?,
        "deleteWebhook" => world.delete_webhook(params)?,
        "getWebhookInfo" => world.webhook_info(params)?,
        "testWebhook" => {
            let hook = world.webhook(params)?;
            return world.count_test().map(|()| Step::Test(hook));
        }
        "sendMessage" => world.send_message(call, params)?,
        "sendPhoto" => return world.begin_photo(params).map(Step::Fetch),
        "sendSticker" => world.send_sticker(call, params)?,
        "sendVoice" => world.send_voice(call, params)?,
        "sendChatAction" => world.chat_action(params)?,
        _ => return Err(Refusal::unknown_method()),
    };
    Ok(Step::Done(Ok(result)))
}

/// Writes down what became of a call.
pub(super) fn end(world: &mut World, call: &Call, result: &Result) {
    let outcome = match (&call.fault, result) {
        (Some(fault), _) => Outcome::Fault(fault.name()),
        (None, Ok(_)) => Outcome::Ok,
        (None, Err(refusal)) => Outcome::Refused(refusal.code, refusal.text.clone()),
    };
    if let (None, Err(refusal)) = (&call.fault, result)
        && refusal.violation
    {
        world.violate(&call.method, call.chat.as_deref(), &refusal.text);
    }
    // Fetching updates goes on all the time and would bury the rest.
    let nothing_new = matches!(outcome, Outcome::Ok | Outcome::Refused(408, _));
    if call.method == GET_UPDATES && nothing_new {
        return;
    }
    world.log.attempts.push(ZaloAttempt {
        seq: world.log.attempts.len() as u64 + 1,
        at: world.now,
        method: call.method.clone(),
        chat: call.chat.clone(),
        text: call.text.clone(),
        outcome,
    });
    world.touch();
}

/// Refuses a call under a wrong token; it is logged as an attempt.
pub(super) fn turn_away(world: &mut World, method: &str) -> Refusal {
    let call = Call { method: method.into(), chat: None, text: String::new(), fault: None };
    let refusal = Refusal::unauthorized();
    end(world, &call, &Err(refusal.clone()));
    refusal
}

/// The refusal of a fault that lets nothing through. Cut and stalled connections have no words: they are
/// answered with a refusal that the connection then does not deliver.
fn refused_by(world: &mut World, fault: &Fault, chat: Option<&str>) -> Option<Refusal> {
    match fault {
        Fault::TooMany { retry_after, whole_bot } => {
            world.hold(chat, *whole_bot, *retry_after);
            Some(Refusal::too_many("Too many requests"))
        }
        Fault::Status(code) => Some(Refusal::status(*code)),
        Fault::Forbidden => Some(Refusal::forbidden("Forbidden")),
        // Zalo's groups never turn into others.
        Fault::NotFound | Fault::Migrate(_) => Some(Refusal::bad("chat not found")),
        Fault::Unauthorized => Some(Refusal::unauthorized()),
        Fault::ResetBefore | Fault::StallBefore(_) => Some(Refusal::status(500)),
        Fault::ResetAfter | Fault::Stall(_) | Fault::Garbage => None,
    }
}
