//! The methods that ask about the bot, chats and files, and those that change little.

use serde::Deserialize;
use serde_json::{Value, json};

use super::chat::{Chat, Kind, Standing};
use super::files::LARGEST_DOWNLOAD;
use super::params::{Params, required};
use super::refusal::Refusal;
use super::world::World;

/// core.telegram.org/bots/api#sendchataction.
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    command: String,
    description: String,
}

impl World {
    fn known_chat(&self, id: i64) -> Result<&Chat, Refusal> {
        let chat = self.chats.get(&id).ok_or_else(|| Refusal::bad("chat not found"))?;
        // What a bot never met it cannot ask about.
        if chat.bot == Standing::Never { Err(Refusal::bad("chat not found")) } else { Ok(chat) }
    }

    fn group(&self, id: i64) -> Result<&Chat, Refusal> {
        let chat = self.known_chat(id)?;
        if chat.kind == Kind::Private {
            return Err(Refusal::bad("there are no administrators in the private chat"));
        }
        chat.open_to_bot()?;
        Ok(chat)
    }

    /// `getMe`.
    pub fn get_me(&mut self, params: Params) -> Result<Value, Refusal> {
        params.finish()?;
        let mut me = self.bot();
        me["can_join_groups"] = json!(true);
        me["can_read_all_group_messages"] = json!(!self.options.privacy_mode);
        for absent in ["supports_inline_queries", "can_connect_to_business", "has_main_web_app"] {
            me[absent] = json!(false);
        }
        Ok(me)
    }

    /// `getChat`.
    pub fn get_chat(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let id = params.chat()?;
        params.finish()?;
        let chat = self.known_chat(id)?;
        if chat.kind != Kind::Private {
            chat.open_to_bot()?;
        }
        let mut full = self.chat_json(chat);
        full["accent_color_id"] = json!(id.rem_euclid(7));
        full["max_reaction_count"] = json!(11);
        full["accepted_gift_types"] = json!({"unlimited_gifts": false, "limited_gifts": false,
            "unique_gifts": false, "premium_subscription": false, "gifts_from_channels": false});
        Ok(full)
    }

    /// `getChatMember`.
    pub fn get_chat_member(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let id = params.chat()?;
        let user = required("user_id", params.int("user_id")?)?;
        params.finish()?;
        let chat = self.known_chat(id)?;
        let standing = match chat.kind {
            _ if user == self.bot_id => chat.bot,
            Kind::Private if user == id => Standing::Member,
            _ => chat.members.get(&user).copied().unwrap_or(Standing::Never),
        };
        if standing == Standing::Never && !self.people.contains_key(&user) {
            return Err(Refusal::bad("invalid user_id specified"));
        }
        chat.open_to_bot()?;
        Ok(standing.object(self.user(user)))
    }

    /// `getChatAdministrators`; other bots than this one do not exist here.
    pub fn get_administrators(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let id = params.chat()?;
        params.finish()?;
        let chat = self.group(id)?;
        let bot = (&self.bot_id, &chat.bot);
        let leads = |standing: &Standing| matches!(standing, Standing::Owner | Standing::Admin);
        let all = chat.members.iter().chain([bot]).filter(|(_, standing)| leads(standing));
        Ok(all.map(|(user, standing)| standing.object(self.user(*user))).collect())
    }

    /// `getChatMemberCount`.
    pub fn count_members(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let id = params.chat()?;
        params.finish()?;
        let chat = self.known_chat(id)?;
        if chat.kind == Kind::Private {
            return Ok(json!(2));
        }
        chat.open_to_bot()?;
        Ok(json!(1 + chat.members.values().filter(|standing| standing.is_in()).count()))
    }

    /// `leaveChat`.
    pub fn leave_chat(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let id = params.chat()?;
        params.finish()?;
        self.group(id)?;
        self.set_bot_standing(id, Standing::Left, self.bot_id);
        self.accept("leaveChat", Some(id), Vec::new(), "".into());
        Ok(json!(true))
    }

    /// `sendChatAction`.
    pub fn chat_action(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let id = params.chat()?;
        let action = required("action", params.text("action")?)?;
        params.int("message_thread_id")?;
        params.finish()?;
        if !ACTIONS.contains(&action.as_str()) {
            return Err(Refusal::wrong("wrong parameter action in request"));
        }
        self.may_write(id)?;
        Ok(json!(true))
    }

    /// `getFile`.
    pub fn get_file(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let id = required("file_id", params.text("file_id")?)?;
        params.finish()?;
        let file = self.files.get(&id).ok_or_else(|| Refusal::bad("invalid file_id"))?;
        if file.bytes.len() > LARGEST_DOWNLOAD {
            return Err(Refusal::bad("file is too big"));
        }
        let mut object =
            json!({"file_id": file.id, "file_unique_id": file.unique_id, "file_path": file.path});
        if !file.scaled {
            object["file_size"] = json!(file.bytes.len());
        }
        Ok(object)
    }

    /// `setMyCommands`.
    pub fn set_commands(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let commands: Vec<Command> = required("commands", params.object("commands")?)?;
        let key = command_scope(&mut params)?;
        params.finish()?;
        // core.telegram.org/bots/api#setmycommands and #botcommand.
        if commands.len() > 100 {
            return Err(Refusal::wrong("BOT_COMMANDS_TOO_MUCH"));
        }
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        for Command { command, description } in &commands {
            if !(1..=32).contains(&command.len()) || !command.chars().all(letter) {
                return Err(Refusal::wrong("BOT_COMMAND_INVALID"));
            }
            if !(1..=256).contains(&description.chars().count()) {
                return Err(Refusal::wrong("BOT_COMMAND_DESCRIPTION_INVALID"));
            }
        }
        let list = commands.iter().map(|c| json!({"command": c.command, "description": c.description}));
        self.commands.insert(key, list.collect());
        self.accept("setMyCommands", None, Vec::new(), "".into());
        Ok(json!(true))
    }

    /// `getMyCommands`.
    pub fn get_commands(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let key = command_scope(&mut params)?;
        params.finish()?;
        Ok(self.commands.get(&key).cloned().unwrap_or_else(|| json!([])))
    }

    /// `deleteMyCommands`.
    pub fn delete_commands(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let key = command_scope(&mut params)?;
        params.finish()?;
        self.commands.remove(&key);
        self.accept("deleteMyCommands", None, Vec::new(), "".into());
        Ok(json!(true))
    }
}

fn command_scope(params: &mut Params) -> Result<String, Refusal> {
    let scope = params.object::<Value>("scope")?.unwrap_or_else(|| json!({"type": "default"}));
    let language = params.text("language_code")?.unwrap_or_default();
    Ok(format!("{scope}/{language}"))
}
