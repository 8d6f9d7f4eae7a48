//! The methods that send: text, photos, documents, albums, places.

use std::sync::Arc;

use serde_json::{Value, json};

use super::content::{self, Media, Source, Target, Text};
use super::files::{File, Use};
use super::message::{Body, Place};
use super::params::{Params, required};
use super::refusal::Refusal;
use super::world::World;
use crate::sandbox::log::Accepted;

impl World {
    /// Whether the bot may write to this chat.
    pub fn may_write(&self, chat: i64) -> Result<(), Refusal> {
        self.chats.get(&chat).ok_or_else(|| Refusal::bad("chat not found"))?.open_to_bot()
    }

    /// Access, the message replied to, the limits: in this order. Gives the message replied to.
    fn ready(&mut self, method: &'static str, target: &Target) -> Result<Option<i64>, Refusal> {
        self.may_write(target.chat)?;
        if target.thread.is_some() {
            // There are no forums here.
            return Err(Refusal::bad("message thread not found"));
        }
        let mut reply_to = None;
        if let Some(reply) = &target.reply {
            let there =
                self.chats.get(&target.chat).is_some_and(|c| c.messages.contains_key(&reply.message_id));
            if !there && !reply.allow_sending_without_reply {
                return Err(Refusal::bad("message to be replied not found"));
            }
            reply_to = there.then_some(reply.message_id);
        }
        self.admit(method, target.chat)?;
        Ok(reply_to)
    }

    /// Records an accepted call.
    pub fn accept(&mut self, method: &'static str, chat: Option<i64>, ids: Vec<i64>, text: Arc<str>) {
        self.accept_files(method, chat, ids, text, &[]);
    }

    fn accept_files(
        &mut self,
        method: &'static str,
        chat_id: Option<i64>,
        message_ids: Vec<i64>,
        text: Arc<str>,
        files: &[Arc<File>],
    ) {
        let seq = self.log.accepted.len() as u64 + 1;
        let name = |file: &Arc<File>| file.name.clone().unwrap_or_else(|| "photo".into());
        self.log.accepted.push(Accepted {
            seq,
            at: self.now,
            method,
            chat_id,
            message_id: message_ids.first().copied(),
            message_ids,
            text,
            file_ids: files.iter().map(|file| file.id.clone()).collect(),
            files: files.iter().map(name).collect(),
            from_fault: None,
        });
        self.touch();
    }

    fn deliver(&mut self, target: Target, body: Body, text: Text, reply_to: Option<i64>) -> Option<i64> {
        let bot = self.bot_id;
        self.post(target.chat, bot, body, |message| {
            (message.text, message.entities) = text;
            message.keyboard = target.keyboard;
            message.reply_to = reply_to;
        })
    }

    fn send(
        &mut self,
        method: &'static str,
        target: Target,
        text: Text,
        body: impl FnOnce(&mut World) -> Result<(Body, Vec<Arc<File>>), Refusal>,
    ) -> Result<Value, Refusal> {
        let reply_to = self.ready(method, &target)?;
        let (body, files) = body(self)?;
        let (chat, words) = (target.chat, Arc::clone(&text.0));
        let id = self.deliver(target, body, text, reply_to).ok_or_else(|| Refusal::bad("chat not found"))?;
        self.accept_files(method, Some(chat), vec![id], words, &files);
        self.message_at(chat, id).ok_or_else(|| Refusal::bad("message not found"))
    }

    /// `sendMessage`.
    pub fn send_message(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let target = content::target(&mut params)?;
        let text = content::text(&mut params)?;
        params.finish()?;
        self.send("sendMessage", target, text, |_| Ok((Body::Text, Vec::new())))
    }

    /// `sendPhoto`.
    pub fn send_photo(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let target = content::target(&mut params)?;
        let text = content::caption(&mut params)?;
        let photo = content::source(&mut params, "photo")?;
        params.flag("has_spoiler")?;
        params.finish()?;
        self.send("sendPhoto", target, text, |world| world.photo(photo))
    }

    /// `sendDocument`.
    pub fn send_document(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let target = content::target(&mut params)?;
        let text = content::caption(&mut params)?;
        let document = content::source(&mut params, "document")?;
        params.flag("disable_content_type_detection")?;
        let preview = params.text("thumbnail")?;
        content::thumbnail(&mut params, preview);
        params.finish()?;
        self.send("sendDocument", target, text, |world| world.document(document))
    }

    /// `sendLocation`; live locations are not played here.
    pub fn send_location(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let target = content::target(&mut params)?;
        let place = point(&mut params)?;
        params.float("horizontal_accuracy")?;
        params.finish()?;
        self.send("sendLocation", target, ("".into(), Vec::new()), |_| Ok((Body::Place(place), Vec::new())))
    }

    /// `sendVenue`.
    pub fn send_venue(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let target = content::target(&mut params)?;
        let mut place = point(&mut params)?;
        place.title = Some(required("title", params.text("title")?)?);
        place.address = Some(required("address", params.text("address")?)?);
        for name in ["foursquare_id", "foursquare_type", "google_place_id", "google_place_type"] {
            params.text(name)?;
        }
        params.finish()?;
        self.send("sendVenue", target, ("".into(), Vec::new()), |_| Ok((Body::Place(place), Vec::new())))
    }

    /// `sendMediaGroup`; photos and documents only.
    pub fn send_media_group(&mut self, mut params: Params) -> Result<Value, Refusal> {
        let target = content::target(&mut params)?;
        if target.keyboard.is_some() {
            return Err(Refusal::wrong("unknown parameter \"reply_markup\""));
        }
        let media: Vec<Media> = required("media", params.object("media")?)?;
        // core.telegram.org/bots/api#sendmediagroup: 2 to 10.
        if !(2..=10).contains(&media.len()) {
            return Err(Refusal::wrong("media group must include 2-10 items"));
        }
        let kind = media[0].kind.clone();
        if media.iter().any(|item| item.kind != kind) {
            return Err(Refusal::wrong("photos and documents can't be mixed in a media group"));
        }
        let mut items = Vec::new();
        for item in media {
            let raw = item.caption.unwrap_or_default();
            let text = content::short(content::compose(raw, item.parse_mode, item.caption_entities)?)?;
            content::thumbnail(&mut params, item.thumbnail);
            items.push((content::refer(&mut params, item.media)?, text));
        }
        params.finish()?;
        let reply_to = self.ready("sendMediaGroup", &target)?;
        let mut bodies = Vec::new();
        for (source, text) in items {
            let (body, files) = match kind.as_str() {
                "photo" => self.photo(source)?,
                "document" => self.document(source)?,
                _ => return Err(Refusal::wrong(format!("media of type \"{kind}\" is not played here"))),
            };
            bodies.push((body, files, text));
        }
        self.deliver_album(target.chat, bodies, reply_to)
    }

    fn deliver_album(
        &mut self,
        chat: i64,
        bodies: Vec<(Body, Vec<Arc<File>>, Text)>,
        reply_to: Option<i64>,
    ) -> Result<Value, Refusal> {
        let group = self.album_id();
        let (mut ids, mut sent) = (Vec::new(), Vec::new());
        let mut words: Arc<str> = "".into();
        for (body, files, text) in bodies {
            if words.is_empty() {
                words = Arc::clone(&text.0);
            }
            sent.extend(files);
            let group = group.clone();
            let bot = self.bot_id;
            ids.extend(self.post(chat, bot, body, |message| {
                (message.text, message.entities) = text;
                message.reply_to = reply_to;
                message.media_group_id = Some(group);
            }));
        }
        let messages: Vec<Value> = ids.iter().filter_map(|id| self.message_at(chat, *id)).collect();
        self.accept_files("sendMediaGroup", Some(chat), ids, words, &sent);
        Ok(json!(messages))
    }

    /// A new identifier of an album.
    pub fn album_id(&mut self) -> String {
        (13_000_000_000_000_000 + self.file_number()).to_string()
    }

    fn photo(&mut self, source: Source) -> Result<(Body, Vec<Arc<File>>), Refusal> {
        let sizes = match source {
            Source::New(upload) => self.keep_photo(upload.bytes)?,
            Source::Known(id) => self.sizes_of(&*self.known_file(&id, Use::Photo)?),
        };
        let largest = sizes.last().cloned().into_iter().collect();
        Ok((Body::Photo(sizes), largest))
    }

    fn document(&mut self, source: Source) -> Result<(Body, Vec<Arc<File>>), Refusal> {
        let file = match source {
            Source::New(upload) => {
                let name = upload.name.as_deref().unwrap_or("file");
                let mime = upload.mime.as_deref().unwrap_or("application/octet-stream");
                self.keep_document(name, mime, upload.bytes)?
            }
            Source::Known(id) => self.known_file(&id, Use::Document)?,
        };
        Ok((Body::Document(Arc::clone(&file)), vec![file]))
    }
}

fn point(params: &mut Params) -> Result<Place, Refusal> {
    let latitude = required("latitude", params.float("latitude")?)?;
    let longitude = required("longitude", params.float("longitude")?)?;
    let place = Place { latitude, longitude, title: None, address: None };
    if !place.is_valid() {
        return Err(Refusal::wrong("wrong latitude or longitude"));
    }
    Ok(place)
}
