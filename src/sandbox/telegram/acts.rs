//! What people do, by the handle.

use bytes::Bytes;
use serde_json::Value;

use super::chat::Standing;
use super::entities::Entity;
use super::handle::Sandbox;
use super::message::Place;
use super::people::Said;
use crate::sandbox::acting::done;

/// What people do.
impl Sandbox {
    /// A person writes; gives the message's number. `chat` is the person's own number or a group's.
    #[track_caller]
    pub fn say(&self, user: i64, chat: i64, text: &str) -> i64 {
        done(self.shared.act(|world| world.says(user, chat, Said::text(text))))
    }

    /// A person writes with marked stretches: bold, links and so on.
    #[track_caller]
    pub fn say_marked(&self, user: i64, chat: i64, text: &str, marked: Vec<Entity>) -> i64 {
        let said = Said { marked, ..Said::text(text) };
        done(self.shared.act(|world| world.says(user, chat, said)))
    }

    /// A person answers a message.
    #[track_caller]
    pub fn say_reply(&self, user: i64, chat: i64, reply_to: i64, text: &str) -> i64 {
        let said = Said { reply_to: Some(reply_to), ..Said::text(text) };
        done(self.shared.act(|world| world.says(user, chat, said)))
    }

    /// A person changes what they wrote (`edited_message`).
    #[track_caller]
    pub fn edit(&self, user: i64, chat: i64, message_id: i64, text: &str) {
        done(self.shared.act(|world| world.corrects(user, chat, message_id, text, Vec::new())));
    }

    /// The same with marked stretches.
    #[track_caller]
    pub fn edit_marked(&self, user: i64, chat: i64, message_id: i64, text: &str, marked: Vec<Entity>) {
        done(self.shared.act(|world| world.corrects(user, chat, message_id, text, marked)));
    }

    /// A person sends a picture (JPEG, PNG or WebP).
    #[track_caller]
    pub fn send_photo(&self, user: i64, chat: i64, bytes: impl Into<Bytes>, caption: &str) -> i64 {
        let bytes = bytes.into();
        done(self.shared.act(|world| world.sends_photo(user, chat, bytes, caption)))
    }

    /// A person sends pictures as one album: one message and one update each, with the same
    /// `media_group_id`; the caption is on the first.
    #[track_caller]
    pub fn send_album<B: Into<Bytes>>(
        &self,
        user: i64,
        chat: i64,
        pictures: Vec<B>,
        caption: &str,
    ) -> Vec<i64> {
        self.send_album_marked(user, chat, pictures, caption, Vec::new())
    }

    /// The same with marked stretches in the caption.
    #[track_caller]
    pub fn send_album_marked<B: Into<Bytes>>(
        &self,
        user: i64,
        chat: i64,
        pictures: Vec<B>,
        caption: &str,
        marked: Vec<Entity>,
    ) -> Vec<i64> {
        let pictures = pictures.into_iter().map(Into::into).collect();
        done(self.shared.act(|world| world.sends_album(user, chat, pictures, caption, marked)))
    }

    /// A person sends a file.
    #[track_caller]
    pub fn send_document(
        &self,
        user: i64,
        chat: i64,
        name: &str,
        mime: &str,
        bytes: impl Into<Bytes>,
        caption: &str,
    ) -> i64 {
        let bytes = bytes.into();
        done(self.shared.act(|world| world.sends_document(user, chat, name, mime, bytes, caption)))
    }

    /// A person shares a point.
    #[track_caller]
    pub fn send_location(&self, user: i64, chat: i64, latitude: f64, longitude: f64) -> i64 {
        let place = Place { latitude, longitude, title: None, address: None };
        done(self.shared.act(|world| world.shares_place(user, chat, place)))
    }

    /// A person shares a named place.
    #[track_caller]
    pub fn send_venue(&self, user: i64, chat: i64, title: &str, address: &str, at: (f64, f64)) -> i64 {
        let place = Place {
            latitude: at.0,
            longitude: at.1,
            title: Some(title.into()),
            address: Some(address.into()),
        };
        done(self.shared.act(|world| world.shares_place(user, chat, place)))
    }

    /// A person presses the button with this label (or else this data); gives the query's identifier.
    #[track_caller]
    pub fn press(&self, user: i64, chat: i64, message_id: i64, button: &str) -> String {
        done(self.shared.act(|world| world.presses(user, chat, message_id, button)))
    }

    /// A press with any data, whether or not the message shows such a button (a stale screen, a forgery).
    #[track_caller]
    pub fn press_data(&self, user: i64, chat: i64, message_id: i64, data: &str) -> String {
        done(self.shared.act(|world| world.queries_bot(user, chat, message_id, data)))
    }

    /// A person opens `t.me/<bot>?start=PARAMETER` (`/start PARAMETER`).
    #[track_caller]
    pub fn open_link(&self, user: i64, parameter: &str) -> i64 {
        done(self.shared.act(|world| world.opens_link(user, parameter)))
    }

    /// A person blocks the bot.
    #[track_caller]
    pub fn block(&self, user: i64) {
        done(self.shared.act(|world| world.moves_bot(user, user, Standing::Kicked)));
    }

    /// A person unblocks the bot.
    #[track_caller]
    pub fn unblock(&self, user: i64) {
        done(self.shared.act(|world| world.moves_bot(user, user, Standing::Member)));
    }

    /// Queues any update as it is, for kinds that are not played; gives its number, filled in if missing.
    pub fn inject_raw_update(&self, update: Value) -> i64 {
        self.shared.act(|world| world.push_raw(update))
    }
}
