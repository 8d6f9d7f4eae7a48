// A chat with a bot on Zalo: no buttons, no edits, no places. What can be chosen is a numbered list, and its number is
// written; a tap on a line of the latest list writes it.

import { base64, Column } from "/column.js";
import { answering, avatar, make, nameOf, picture, quote, timeOf } from "/message.js";

const PICTURE = /^image\/(jpeg|png|webp)$/;

/** Where in a text the last list begins that counts from 1, and its lines with their numbers. */
export function lastList(text) {
  const lines = text.split("\n");
  const first = lines.findLastIndex((line) => line.startsWith("1. "));
  const numbered = new Map();
  if (first >= 0) {
    lines.forEach((line, at) => {
      if (at >= first && line.startsWith(`${numbered.size + 1}. `)) numbered.set(at, numbered.size + 1);
    });
  }
  return numbered;
}

const STYLES = { b: "strong", i: "em", u: "u", s: "s" };

/** Addresses as links. One into Telegram leads nowhere on this ground. */
export function linked(text) {
  return text.split(/(https?:\/\/[^\s]+)/).map((part, at) => {
    if (at % 2 === 0 || /^https?:\/\/t\.me\//i.test(part)) return part;
    return make("a", "", { href: part, target: "_blank", rel: "noopener noreferrer" }, part);
  });
}

/** A stretch of the text from `from` to `to` with its styles; offsets are UTF-16 units. */
function styled(message, from, to) {
  const out = [];
  let at = from;
  for (const { start, len, st } of [...(message.styles ?? [])].sort((a, b) => a.start - b.start)) {
    const [begin, end] = [Math.max(start, at), Math.min(start + len, to)];
    if (begin >= end) continue;
    out.push(...linked(message.text.slice(at, begin)));
    const inside = linked(message.text.slice(begin, end));
    out.push(...st.reduce((inner, code) => (STYLES[code] ? [make(STYLES[code], "", {}, ...inner)] : inner), inside));
    at = end;
  }
  return out.concat(linked(message.text.slice(at, to)));
}

/** The text, line by line; those that can be chosen can be tapped. */
function words(message, choices, choose) {
  let from = 0;
  const lines = message.text.split("\n").flatMap((line, at) => {
    const inside = styled(message, from, from + line.length);
    from += line.length + 1;
    const number = choices.get(at);
    const label = line.replace(/^\d+\. /, "");
    const whole = number
      ? [make("button", "choice", { type: "button", "aria-label": `Trả lời ${number}: ${label}`, onclick: () => choose(number) }, ...inside)]
      : inside;
    // A line that can be tapped ends by itself.
    return at === 0 || choices.has(at - 1) ? whole : ["\n", ...whole];
  });
  return make("div", "words", {}, ...lines);
}

const odd = (message) => {
  if (message.voice) return "🎤 Tin thoại";
  if (message.sticker) return "😀 Nhãn dán";
  return "📎 Tệp (bot trên Zalo không nhận được)";
};

export class ZaloColumn extends Column {
  longest() {
    return "2000";
  }

  tools() {
    if (this.channel.chats.get(this.id).private) return [];
    const mention = () => {
      this.input.value = `@${this.channel.bot.name} ${this.input.value}`;
      this.input.focus();
    };
    const about = { type: "button", title: "Nhắc tên bot", "aria-label": "Nhắc tên bot", onclick: mention };
    return [make("button", "tool mention", about, "@")];
  }

  describe(chat) {
    super.describe(chat);
    // In a group the stand-in takes words only.
    this.form.querySelector(".attach").hidden = !chat.private;
  }

  about() {
    const { chat } = this;
    return chat.private ? "Trò chuyện riêng với bot" : `${chat.members.length} người và bot`;
  }

  menu() {
    return [];
  }

  openOrClosed() {}

  nothing() {
    const { chat, channel } = this;
    return chat.private
      ? "Chưa có tin nhắn nào. Trên Zalo, người nhắn trước thì bot mới trả lời được."
      : `Chưa có tin nhắn nào. Bot chỉ nghe tin có nhắc @${channel.bot.name}, hoặc tin trả lời bot.`;
  }

  async act(body) {
    try {
      return await this.channel.act({ user: this.speaker, ...body });
    } catch (problem) {
      this.toast(problem.message, true);
      return undefined;
    }
  }

  say(text, answered = null) {
    return this.chat.private
      ? this.act({ act: "say", text })
      : this.act({ act: "say_in_group", group: this.id, text, reply_to: answered?.id ?? null });
  }

  /** One message for each; what is no picture reaches no bot. */
  async sendFiles(files, caption) {
    let sent;
    for (const [index, file] of files.entries()) {
      const text = index === 0 ? caption : "";
      try {
        sent = PICTURE.test(file.type)
          ? await this.act({ act: "photo", photo: await base64(file), caption: text })
          : await this.act({ act: "unsupported", with_message: true });
      } catch {
        this.toast("Không đọc được tệp.", true);
        return undefined;
      }
      if (sent === undefined) return undefined;
      if (text && !PICTURE.test(file.type)) await this.say(text);
    }
    return sent;
  }

  prepare(messages, wanted) {
    // The number means the latest list: only its lines can be tapped.
    const latest = messages.findLast((message) => message.by_bot && lastList(message.text).size > 0);
    let before = null;
    for (const entry of wanted.values()) {
      const first = entry.messages?.[0];
      if (!first) {
        before = null;
        continue;
      }
      entry.latest = first === latest;
      // A face stands at the first of what somebody says in a row.
      entry.begins = first.from !== before;
      before = first.from;
    }
  }

  draw({ messages: [message], latest, begins }, act) {
    const mine = message.from === act.me;
    const parts = [act.group && !mine && begins
      ? nameOf(message.from, message.name)
      : make("span", "hidden", {}, `${message.name}: `)];
    const answered = message.reply_to === null ? null : act.find(message.reply_to);
    if (answered) parts.push(quote(answered));
    parts.push(...this.inside(message, latest, act), make("div", "foot", {}, ...this.foot(message, act)));
    const bubble = make("div", "bubble", {}, ...parts);
    const face = mine ? null : (begins ? avatar(message.from, message.name) : make("span", "avatar none", { "aria-hidden": "true" }));
    return make("article", `${mine ? "mine" : "theirs"}${message.photo ? " wide" : ""}`, {}, face, bubble);
  }

  /** What a message holds. `latest`: it has the list that a number means. */
  inside(message, latest, act) {
    const parts = this.shown(message, act);
    const choices = latest ? lastList(message.text) : new Map();
    const choose = (number) => act.say(String(number), act.group ? message : null);
    if (message.text) parts.push(words(message, choices, choose));
    else if (!parts.length) parts.push(make("div", "words odd", {}, odd(message)));
    return parts;
  }

  /** What stands above the words. */
  shown(message, act) {
    if (!message.photo) return [];
    const source = `${this.channel.root}/practice/photo/${message.photo}`;
    return [make("div", "photos", {}, picture(message, source, act))];
  }

  foot(message, act) {
    return [timeOf(message), act.group ? answering(message, act) : null];
  }
}
