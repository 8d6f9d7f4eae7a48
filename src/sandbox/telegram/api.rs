//! One call of the Bot API, from its parameters to what is to be answered.

use std::sync::Arc;

use serde_json::Value;

use super::params::Params;
use super::refusal::Refusal;
use super::updates::Poll;
use super::world::World;
use crate::sandbox::faults::{Fault, Faults};
use crate::sandbox::log::{Attempt, Outcome};

type Method = fn(&mut World, Params) -> Result<Value, Refusal>;

/// The methods that are played; `getUpdates` has a way of its own because it waits.
const METHODS: &[(&str, Method)] = &[
    ("getMe", World::get_me),
    ("setWebhook", World::set_webhook),
    ("deleteWebhook", World::delete_webhook),
    ("getWebhookInfo", World::webhook_info),
    ("sendMessage", World::send_message),
    ("sendPhoto", World::send_photo),
    ("sendDocument", World::send_document),
    ("sendMediaGroup", World::send_media_group),
    ("sendVenue", World::send_venue),
    ("sendLocation", World::send_location),
    ("editMessageText", World::edit_text),
    ("editMessageCaption", World::edit_caption),
    ("editMessageReplyMarkup", World::edit_buttons),
    ("deleteMessage", World::delete_message),
    ("answerCallbackQuery", World::answer_query),
    ("sendChatAction", World::chat_action),
    ("getFile", World::get_file),
    ("getChat", World::get_chat),
    ("getChatMember", World::get_chat_member),
    ("getChatAdministrators", World::get_administrators),
    ("getChatMemberCount", World::count_members),
    ("setMyCommands", World::set_commands),
    ("getMyCommands", World::get_commands),
    ("deleteMyCommands", World::delete_commands),
    ("leaveChat", World::leave_chat),
];

const GET_UPDATES: &str = "getUpdates";

/// What is answered, before any fault is laid over it.
pub(super) enum Answer {
    /// At once.
    Now(Result<Value, Refusal>),
    /// When there are updates.
    Wait(Poll),
}

/// A call with the parameters read, or the reason why they could not be.
pub(super) type Read = Result<Params, Refusal>;

/// Runs a call: the fault that hits it is picked, what is accepted is accepted, all of it is logged.
/// Gives the answer and the fault that the connection still has to show.
pub(super) fn run(world: &mut World, faults: &Faults, asked: &str, params: Read) -> (Answer, Option<Fault>) {
    let polls = asked.eq_ignore_ascii_case(GET_UPDATES);
    let method = METHODS.iter().find(|(name, _)| name.eq_ignore_ascii_case(asked));
    let name = if polls { GET_UPDATES } else { method.map_or(asked, |(name, _)| name) };
    let (chat, text) = params.as_ref().map_or((None, String::new()), |p| (p.peek_chat(), p.peek_text()));
    let fault = faults.pick(name, chat.map(|id| id.to_string()).as_deref(), &text);
    let logged = world.log.accepted.len();

    let answer = match fault.as_ref().and_then(|fault| refused_by(world, fault, chat)) {
        Some(refusal) => Answer::Now(Err(refusal)),
        None => match (params, method) {
            (Err(refusal), _) => Answer::Now(Err(refusal)),
            (Ok(params), _) if polls => {
                world.begin_poll(params).map_or_else(|r| Answer::Now(Err(r)), Answer::Wait)
            }
            (Ok(params), Some((_, run))) => Answer::Now(run(world, params)),
            (Ok(_), None) => Answer::Now(Err(Refusal::unknown_method())),
        },
    };
    for accepted in &mut world.log.accepted[logged..] {
        accepted.from_fault = fault.as_ref().map(Fault::name);
    }
    write_down(world, name, chat, text.into(), &answer, fault.as_ref());
    (answer, fault)
}

/// Refuses a call under a wrong token; it is logged as an attempt.
pub(super) fn turn_away(world: &mut World, asked: &str) -> Refusal {
    let refusal = Refusal::unauthorized();
    let answer = Answer::Now(Err(refusal.clone()));
    write_down(world, asked, None, "".into(), &answer, None);
    refusal
}

fn write_down(
    world: &mut World,
    name: &str,
    chat_id: Option<i64>,
    text: Arc<str>,
    answer: &Answer,
    fault: Option<&Fault>,
) {
    let outcome = match (answer, fault) {
        (_, Some(fault)) => Outcome::Fault(fault.name()),
        (Answer::Now(Err(refusal)), None) => Outcome::Refused(refusal.code, refusal.text.clone()),
        _ => Outcome::Ok,
    };
    if let (Answer::Now(Err(refusal)), None) = (answer, fault)
        && refusal.violation
    {
        world.violate(name, chat_id, &refusal.text);
    }
    // Fetching updates goes on all the time and would bury the rest.
    if name == GET_UPDATES && outcome == Outcome::Ok {
        return;
    }
    let seq = world.log.attempts.len() as u64 + 1;
    let attempt = Attempt { seq, at: world.now, method: name.into(), chat_id, text, outcome };
    world.log.attempts.push(attempt);
    world.touch();
}

/// The refusal of a fault that lets nothing through. Cut and stalled connections have no words: they are
/// answered with a refusal that the connection then does not deliver.
fn refused_by(world: &mut World, fault: &Fault, chat: Option<i64>) -> Option<Refusal> {
    match fault {
        Fault::TooMany { retry_after, whole_bot } => {
            world.hold(chat, *whole_bot, *retry_after);
            Some(Refusal::too_many(*retry_after))
        }
        Fault::Status(code) => Some(Refusal::status(*code)),
        Fault::Forbidden => Some(Refusal::forbidden("bot was blocked by the user")),
        Fault::NotFound => Some(Refusal::bad("chat not found")),
        Fault::Unauthorized => Some(Refusal::unauthorized()),
        Fault::Migrate(to) => Some(Refusal::migrated(*to)),
        Fault::ResetBefore | Fault::StallBefore(_) => Some(Refusal::status(500)),
        Fault::ResetAfter | Fault::Stall(_) | Fault::Garbage => None,
    }
}
