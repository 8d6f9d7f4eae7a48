//! The parts of an update that are read (<https://core.telegram.org/bots/api#update>).

use serde::de::IgnoredAny;

use crate::channel::tolerant::{List, tolerant};

tolerant! {
    struct Update {
        message: Written,
        edited_message: Written,
        callback_query: Pressed,
        my_chat_member: Moved,
    }
    /// A message. What it answers is a type of its own, so that the depth is bounded.
    struct Written {
        message_id: i64,
        chat: Chat,
        from: User,
        sender_chat: IgnoredAny,
        message_thread_id: i64,
        media_group_id: String,
        reply_to_message: Answered,
        text: String,
        caption: String,
        entities: List<Entity>,
        caption_entities: List<Entity>,
        photo: List<PhotoSize>,
        document: Document,
        location: Location,
        venue: Venue,
        animation: IgnoredAny,
        audio: IgnoredAny,
        checklist: IgnoredAny,
        contact: IgnoredAny,
        dice: IgnoredAny,
        game: IgnoredAny,
        paid_media: IgnoredAny,
        poll: IgnoredAny,
        sticker: IgnoredAny,
        story: IgnoredAny,
        video: IgnoredAny,
        video_note: IgnoredAny,
        voice: IgnoredAny,
        migrate_to_chat_id: i64,
    }
    struct Answered {
        message_id: i64,
        from: User,
    }
    struct Pressed {
        id: String,
        from: User,
        message: Under,
        data: String,
    }
    /// The message under which a button was pressed; of an old one there is no more than this.
    struct Under {
        message_id: i64,
        chat: Chat,
    }
    struct Moved {
        chat: Chat,
        from: User,
        new_chat_member: Standing,
    }
    struct Standing {
        status: String,
        is_member: bool,
    }
    struct Chat {
        id: i64,
        r#type: String,
        title: String,
        first_name: String,
        last_name: String,
        username: String,
    }
    struct User {
        id: i64,
        is_bot: bool,
        first_name: String,
        last_name: String,
        username: String,
    }
    struct Entity {
        r#type: String,
        offset: usize,
        length: usize,
        url: String,
        user: User,
    }
    struct PhotoSize {
        file_id: String,
        width: u64,
        height: u64,
        file_size: u64,
    }
    struct Document {
        file_id: String,
        file_name: String,
        mime_type: String,
        file_size: u64,
    }
    struct Location {
        latitude: f64,
        longitude: f64,
    }
    struct Venue {
        title: String,
        location: Location,
    }
}

impl Written {
    /// Whether a person wrote it, even if only with a voice or a sticker; service messages are not.
    pub(super) fn says_something(&self) -> bool {
        let wordless = [
            &self.animation,
            &self.audio,
            &self.checklist,
            &self.contact,
            &self.dice,
            &self.game,
            &self.paid_media,
            &self.poll,
            &self.sticker,
            &self.story,
            &self.video,
            &self.video_note,
            &self.voice,
        ];
        let place = self.location.is_some() || self.venue.is_some();
        let file = self.photo.is_some() || self.document.is_some();
        self.text.is_some() || file || place || wordless.iter().any(|part| part.is_some())
    }
}
