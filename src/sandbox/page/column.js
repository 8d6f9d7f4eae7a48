// One chat as a column: head, messages, composer. As on Telegram; what other channels do in another way stands in
// methods of their own.

import { avatar, day, icon, item, make, mark } from "/message.js";
import { askPlace, showAlert } from "/dialogs.js";

export const base64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

/** What an entry stands for: a message, or an album. */
const keyOf = (message) => (message.media_group_id ? `album ${message.media_group_id}` : `message ${message.id}`);

export class Column {
  constructor(chat, channel) {
    this.id = chat.id;
    this.channel = channel;
    this.key = channel.key(chat.id);
    this.items = new Map();
    this.files = [];
    this.answering = null;
    this.speaker = null;
    this.build();
    this.describe(chat);
    this.refresh();
  }

  build() {
    const id = `chat${this.key}`;
    this.head = make("header", "head");
    this.log = make("div", "log", { role: "log", "aria-live": "polite", tabindex: "0" });
    this.down = make("button", "down", { type: "button", hidden: "", onclick: () => this.toEnd() }, "↓ Tin mới");
    this.toasts = make("div", "toasts", { role: "status" });
    this.keys = make("div", "keys said");
    this.chips = make("div", "chips");
    this.input = make("textarea", "", {
      id: `${id}-text`, rows: "1", maxlength: this.longest(), placeholder: "Nhập tin nhắn…", "aria-label": "Tin nhắn",
    });
    this.picker = make("input", "hidden", { type: "file", multiple: "", id: `${id}-file`, tabindex: "-1", "aria-hidden": "true" });
    const attach = make("button", "tool attach", { type: "button", title: "Đính kèm ảnh hoặc tệp", "aria-label": "Đính kèm ảnh hoặc tệp" }, icon("clip"));
    const send = make("button", "tool send", { type: "submit", title: "Gửi", "aria-label": "Gửi" }, icon("send"));
    this.form = make("form", "composer", { "aria-label": "Soạn tin" }, this.picker, attach, ...this.tools(), this.input, send);
    this.closed = make("div", "closed");
    attach.addEventListener("click", () => this.picker.click());
    this.picker.addEventListener("change", () => this.attach(this.picker.files));
    this.input.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) this.attach(event.clipboardData.files);
    });
    this.input.addEventListener("input", () => this.grow());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.log.addEventListener("scroll", () => {
      if (this.atEnd()) this.down.hidden = true;
    });
    const middle = make("div", "middle", {}, this.log, this.down, this.toasts);
    const bottom = make("div", "bottom", {}, this.keys, this.chips, this.form, this.closed);
    const about = { "data-chat": this.key, "data-kind": this.channel.kind };
    this.element = make("section", "column", about, this.head, middle, bottom);
  }

  /** The longest text, in UTF-16 units. */
  longest() {
    return "4096";
  }

  /** What can be sent besides words and files. */
  tools() {
    const about = { type: "button", title: "Chia sẻ vị trí", "aria-label": "Chia sẻ vị trí" };
    const share = () => askPlace((place) => this.act({ act: "place", ...place }));
    return [make("button", "tool where", { ...about, onclick: share }, icon("pin"))];
  }

  onKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape") {
      this.answering = null;
      this.showChips();
    }
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 140)}px`;
    this.input.style.overflowY = this.input.scrollHeight > 138 ? "auto" : "hidden";
  }

  /** The head and what may be done follow what is known of the chat. */
  describe(chat) {
    this.chat = chat;
    if (chat.private) this.speaker = chat.id;
    else if (!chat.members.some((member) => member.id === this.speaker)) this.speaker = chat.members[0]?.id ?? null;
    const about = make("span", "quiet", { title: this.about() }, this.about());
    const title = make("div", "title", {}, make("h2", "", {}, chat.title), make("span", "named", {}, mark(this.channel), about));
    this.head.replaceChildren(avatar(chat.id, chat.title), title);
    if (!chat.private) this.head.append(this.speakers());
    this.head.append(...this.menu());
    const who = chat.private ? `Máy của ${chat.title}` : `Nhóm ${chat.title}`;
    this.element.setAttribute("aria-label", `${who}, ${this.channel.name}`);
    this.log.setAttribute("aria-label", `Tin nhắn: ${chat.title}`);
    this.openOrClosed();
  }

  about() {
    const { chat } = this;
    if (chat.private) return chat.username ? `@${chat.username}` : "Trò chuyện riêng với bot";
    return `${chat.members.length} người${chat.bot ? " và bot" : " · chưa có bot"}`;
  }

  speakers() {
    const choice = make("select", "", { "aria-label": "Viết với tư cách" });
    for (const member of this.chat.members) {
      choice.append(make("option", "", { value: member.id }, member.name));
    }
    choice.value = String(this.speaker);
    choice.addEventListener("change", () => {
      this.speaker = this.chat.members.find((member) => String(member.id) === choice.value).id;
      this.items.clear();
      this.refresh();
    });
    return make("label", "speaker", { title: "Viết với tư cách" }, icon("pen"), choice);
  }

  menu() {
    const chat = this.chat;
    const acts = chat.private
      ? [chat.blocked ? ["Bỏ chặn bot", { act: "unblock" }] : ["Chặn bot", { act: "block" }]]
      : [chat.bot ? ["Đưa bot ra khỏi nhóm", { act: "remove_bot" }] : ["Thêm bot vào nhóm", { act: "add_bot" }]];
    if (!chat.private && chat.bot) {
      acts.push(chat.admin
        ? ["Thôi cho bot làm quản trị", { act: "set_bot_admin", admin: false }]
        : ["Cho bot làm quản trị", { act: "set_bot_admin", admin: true }]);
    }
    return this.more(acts);
  }

  /** What is done rarely: labels, and what they do. */
  more(acts) {
    const box = make("details", "menu", {}, make("summary", "", { "aria-label": "Thêm thao tác" }, "⋮"));
    box.append(make("div", "", {}, ...acts.map(([label, body]) => make("button", "", {
      type: "button",
      onclick: () => {
        box.open = false;
        this.act(body);
      },
    }, label))));
    return [box];
  }

  openOrClosed() {
    const { chat } = this;
    const close = (label, body) => {
      this.closed.replaceChildren(make("button", "main", { type: "button", onclick: () => this.act(body) }, label));
    };
    this.closed.replaceChildren();
    if (chat.blocked) close("Bỏ chặn bot", { act: "unblock" });
    else if (chat.private && !chat.bot) close("Bắt đầu", { act: "open_link" });
    else if (chat.migrated_to) this.closed.append(make("p", "quiet", {}, "Nhóm đã được nâng cấp thành nhóm lớn."));
    this.form.hidden = this.closed.childNodes.length > 0;
  }

  /** Does something as the person who speaks here; shows why if it cannot be done. */
  async act(body) {
    const where = ["block", "unblock", "open_link"].includes(body.act) ? {} : { chat: this.id };
    try {
      return await this.channel.act({ user: this.speaker, ...where, ...body });
    } catch (problem) {
      this.toast(problem.message, true);
      return undefined;
    }
  }

  async send() {
    const text = this.input.value.trim();
    const files = this.files;
    if (!text && !files.length) return;
    const answering = this.answering;
    this.input.value = "";
    this.files = [];
    this.answering = null;
    this.grow();
    this.showChips();
    const sent = files.length
      ? await this.sendFiles(files, text, answering)
      : await this.say(text, answering);
    if (sent === undefined) {
      // Nothing typed is lost.
      if (!this.input.value) this.input.value = text;
      this.files = files.concat(this.files);
      this.showChips();
    }
    this.toEnd();
  }

  /** Says something, as an answer to a message or by itself. */
  say(text, answering = null) {
    return this.act({ act: "say", text, reply_to: answering?.id ?? null });
  }

  async sendFiles(files, caption) {
    try {
      if (files.every((file) => /^image\/(jpeg|png|webp)$/.test(file.type)) && files.length <= 10) {
        return await this.act({ act: "photos", photos: await Promise.all(files.map(base64)), caption });
      }
      for (const [index, file] of files.entries()) {
        const mime = file.type || "application/octet-stream";
        const text = index === 0 ? caption : "";
        const content = await base64(file);
        const sent = await this.act({ act: "document", name: file.name, mime, content, caption: text });
        if (sent === undefined) return undefined;
      }
      return true;
    } catch {
      this.toast("Không đọc được tệp.", true);
      return undefined;
    }
  }

  attach(list) {
    this.files = this.files.concat([...list]);
    this.picker.value = "";
    this.showChips();
    this.input.focus();
  }

  showChips() {
    const chips = this.files.map((file, index) => make("span", "chip", {}, file.name, make("button", "", {
      type: "button", "aria-label": `Bỏ ${file.name}`,
      onclick: () => {
        this.files.splice(index, 1);
        this.showChips();
      },
    }, "✕")));
    if (this.answering) {
      const words = `↩ ${this.answering.name}: ${this.answering.text || "…"}`.slice(0, 60);
      chips.unshift(make("span", "chip", {}, words, make("button", "", {
        type: "button", "aria-label": "Thôi trả lời",
        onclick: () => {
          this.answering = null;
          this.showChips();
        },
      }, "✕")));
    }
    this.chips.replaceChildren(...chips);
  }

  async press(message, button, element) {
    if (button.data === null) {
      this.toast("Nút này không dùng được trên sân tập.");
      return;
    }
    element.setAttribute("aria-busy", "true");
    const query = await this.act({ act: "press", message: message.id, button: button.label });
    if (query === undefined) element.removeAttribute("aria-busy");
    else this.channel.expect(query, (answer) => this.answered(answer, element));
    setTimeout(() => element.removeAttribute("aria-busy"), 10000);
  }

  answered(answer, element) {
    element.removeAttribute("aria-busy");
    if (answer.text && answer.alert) showAlert(answer.text);
    else if (answer.text) this.toast(answer.text);
  }

  toast(text, bad = false) {
    const note = make("p", bad ? "toast bad" : "toast", {}, text);
    this.toasts.append(note);
    setTimeout(() => note.remove(), 5000);
  }

  atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.down.hidden = true;
  }

  /** Brings the list up to date. Only items whose messages changed are made anew. */
  refresh() {
    const messages = this.channel.messages(this.id);
    const follow = this.items.size === 0 || this.atEnd();
    const act = {
      bot: this.channel.bot, me: this.speaker, group: !this.chat.private,
      find: (id) => messages.find((message) => message.id === id),
      say: (text, answering) => this.say(text, answering),
      open: (parameter) => this.act({ act: "open_link", parameter }),
      press: (message, button, element) => this.press(message, button, element),
      reply: (message) => {
        this.answering = message;
        this.showChips();
        this.input.focus();
      },
      settle: () => follow && this.toEnd(),
    };
    const wanted = new Map();
    let today = null;
    for (const message of messages) {
      const date = day(message.date);
      if (date !== today) wanted.set(`day ${message.id}`, { day: date });
      today = date;
      const key = keyOf(message);
      if (wanted.has(key)) wanted.get(key).messages.push(message);
      else wanted.set(key, { messages: [message] });
    }
    this.prepare(messages, wanted);
    this.lay(wanted, act);
    if (!messages.length) this.log.replaceChildren(make("div", "empty", {}, this.nothing()));
    const said = messages.findLast((message) => message.reply_keyboard)?.buttons ?? [];
    this.keys.replaceChildren(...said.map((row) => make("div", "row", {}, ...row.map((button) => (
      make("button", "key", { type: "button", onclick: () => act.say(button.label) }, button.label))))));
    if (follow) this.toEnd();
    else this.down.hidden = false;
  }

  /** Notes on entries what depends on the messages around them. */
  prepare() {}

  /** What an empty chat says. */
  nothing() {
    return "Chưa có tin nhắn nào.";
  }

  /** One entry of the list: a message, or an album. */
  draw(entry, act) {
    return item(entry.messages, act);
  }

  lay(wanted, act) {
    const items = new Map();
    let before = null;
    for (const [key, what] of wanted) {
      const stamp = JSON.stringify(what);
      let kept = this.items.get(key);
      if (!kept || kept.stamp !== stamp) {
        const element = what.day
          ? make("div", "service day", {}, make("span", "", {}, what.day))
          : this.draw(what, act);
        if (kept) this.exchange(kept.element, element);
        kept = { stamp, element };
      }
      const next = before ? before.nextSibling : this.log.firstChild;
      if (next !== kept.element) this.log.insertBefore(kept.element, next);
      before = kept.element;
      items.set(key, kept);
    }
    while (before ? before.nextSibling : this.log.firstChild) (before ? before.nextSibling : this.log.firstChild).remove();
    this.items = items;
  }

  /** Puts a message in the place of its older version without losing the keyboard's focus. */
  exchange(old, element) {
    const focused = old.contains(document.activeElement) ? document.activeElement.textContent : null;
    old.replaceWith(element);
    if (focused === null) return;
    const same = [...element.querySelectorAll("button, a")].find((one) => one.textContent === focused);
    (same ?? this.log).focus();
  }
}
