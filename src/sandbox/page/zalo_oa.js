// A chat with an Official Account on Zalo: as with a bot, and besides buttons, documents, places, what was seen, and
// until when the account may write. A press says the words of its button.

import { base64, Column } from "/column.js";
import { fileOf, make, placeOf, timeOf } from "/message.js";
import { ZaloColumn } from "/zalo.js";

const PICTURE = /^image\/(jpeg|png|webp)$/;

// Written as people here do: 08:00 10/03.
const moments = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", timeZone: "Asia/Ho_Chi_Minh",
});
const moment = (seconds) => moments.format(seconds * 1000).split(", ").reverse().join(" ");

export class ZaloOaColumn extends ZaloColumn {
  build() {
    super.build();
    // Stays where it is while messages come and go.
    this.refused = make("p", "refused", { role: "status", hidden: "" });
    this.form.before(this.refused);
  }

  tools() {
    return [...Column.prototype.tools.call(this), ...super.tools()];
  }

  describe(chat) {
    super.describe(chat);
    this.form.querySelector(".attach").hidden = false;
    const { refused } = chat;
    this.refused.hidden = !refused;
    if (refused) {
      const words = `Zalo không chuyển ${refused.count} tin của OA tới người này, lần cuối ${moment(refused.date)}`;
      this.refused.textContent = `${words}: ${refused.text} (${refused.code})`;
    }
  }

  about() {
    const { chat } = this;
    if (!chat.private) return `${chat.members.length} người và OA`;
    if (!chat.window) return "Chưa nhắn: OA chưa gửi tin được";
    const { free_until, free_left, until } = chat.window;
    const free = free_left > 0 ? `miễn phí ${free_left} tin đến ${moment(free_until)}` : "hết tin miễn phí";
    return `OA gửi ${free}, có phí đến ${moment(until)}`;
  }

  menu() {
    return this.chat.private && this.chat.follows ? this.more([["Bỏ quan tâm OA", { act: "unfollow" }]]) : [];
  }

  openOrClosed() {
    const { chat } = this;
    const follow = () => this.act({ act: "follow" });
    this.closed.replaceChildren();
    if (chat.private && !chat.follows) {
      this.closed.append(make("button", "main", { type: "button", onclick: follow }, "Quan tâm"));
    }
    this.form.hidden = this.closed.childNodes.length > 0;
  }

  nothing() {
    const { chat, channel } = this;
    return chat.private
      ? "Chưa có tin nhắn nào. Ai quan tâm OA và nhắn trước thì OA mới gửi tin được."
      : `Chưa có tin nhắn nào. OA nghe mọi tin trong nhóm của mình; hỏi OA thì nhắc @${channel.bot.name}.`;
  }

  /** In a group everything that somebody does is done there. */
  act(body) {
    const there = this.chat.private || ["follow", "unfollow", "see"].includes(body.act) ? {} : { group: this.id };
    // A place has no name here.
    const { title, address, ...rest } = body;
    return super.act({ ...there, ...rest });
  }

  say(text) {
    return this.act({ act: "say", text });
  }

  /** One message for each. */
  async sendFiles(files, caption) {
    let sent;
    for (const [index, file] of files.entries()) {
      const text = index === 0 ? caption : "";
      try {
        const content = await base64(file);
        sent = PICTURE.test(file.type)
          ? await this.act({ act: "photo", photo: content, caption: text })
          : await this.act({ act: "file", name: file.name, content });
      } catch {
        this.toast("Không đọc được tệp.", true);
        return undefined;
      }
      if (sent === undefined) return undefined;
      if (text && !PICTURE.test(file.type)) await this.say(text);
    }
    return sent;
  }

  /** Whoever has the chat before them sees what the account wrote. */
  refresh() {
    super.refresh();
    const messages = this.channel.messages(this.id);
    if (this.chat.private && messages.some((message) => message.by_bot && !message.seen)) this.act({ act: "see" });
  }

  shown(message, act) {
    const parts = super.shown(message, act);
    for (const name of message.files) parts.push(fileOf(name, `${this.channel.root}/practice/file/${message.path}`));
    if (message.place) parts.push(placeOf(message.place));
    return parts;
  }

  inside(message, latest, act) {
    // What has buttons is pressed there.
    const parts = super.inside(message, latest && !message.buttons.length, act);
    if (!message.buttons.length) return parts;
    const keys = message.buttons.map(({ label, url }) => (url
      ? make("a", "key", { href: url, target: "_blank", rel: "noopener noreferrer" }, label)
      : make("button", "key", { type: "button", onclick: () => this.act({ act: "press", message: message.id, button: label }) }, label)));
    return [...parts, make("div", "keys", { role: "group", "aria-label": "Các nút của tin nhắn" }, ...keys)];
  }

  foot(message) {
    if (!message.by_bot) return [timeOf(message)];
    const notes = [message.paid ? "có phí" : null, this.chat.private ? (message.seen ? "Đã xem" : "Đã gửi") : null];
    const note = notes.filter(Boolean).join(" · ");
    return [timeOf(message), note ? make("span", "receipt", {}, note) : null];
  }
}
