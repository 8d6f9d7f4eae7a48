// A mail program: letters with a subject and a head, words as text, files, and links that open loa's own pages. What is
// HTML in a mail never gets here.

import { base64, Column } from "/column.js";
import { fileOf, icon, make, picture, timeOf } from "/message.js";
import { linked } from "/zalo.js";

/** The words line by line; a choice that has a link is one. */
function words(mail) {
  const lines = mail.text.split("\n").map((line) => {
    const label = line.match(/^\d+\. (.+)$/)?.[1];
    const link = label && mail.links.find((one) => one.label === label);
    const inside = link
      ? [make("a", "choice", { href: link.url, target: "_blank", rel: "noopener noreferrer" }, line)]
      : linked(line);
    return make("div", "line", {}, ...inside);
  });
  return make("div", "words", {}, ...lines);
}

export class MailColumn extends Column {
  build() {
    super.build();
    this.subject = make("input", "subject", {
      type: "text", maxlength: "200", placeholder: "Tiêu đề", "aria-label": "Tiêu đề", autocomplete: "off",
    });
    this.form.before(this.subject);
    this.input.placeholder = "Viết thư…";
    this.input.setAttribute("aria-label", "Nội dung thư");
    this.form.setAttribute("aria-label", "Soạn thư");
  }

  longest() {
    return "20000";
  }

  tools() {
    return [];
  }

  about() {
    return this.chat.id;
  }

  menu() {
    return [];
  }

  openOrClosed() {}

  nothing() {
    return "Hộp thư trống.";
  }

  /** Enter begins a line, as in a letter; with Ctrl it sends. */
  onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape") {
      super.onKey(event);
    }
  }

  async act(body) {
    try {
      return await this.channel.act({ user: this.speaker, ...body });
    } catch (problem) {
      this.toast(problem.message, true);
      return undefined;
    }
  }

  say(text, answering = null) {
    return this.post(text, [], answering);
  }

  async sendFiles(files, text, answering = null) {
    try {
      const read = files.map(async (file) => ({ name: file.name, content: await base64(file) }));
      return await this.post(text, await Promise.all(read), answering);
    } catch {
      this.toast("Không đọc được tệp.", true);
      return undefined;
    }
  }

  /** An answer has the subject of what it answers. */
  async post(text, files, answering) {
    const subject = answering ? "" : this.subject.value.trim();
    const sent = await this.act({ act: "write", subject, text, files, answers: answering?.id ?? null });
    if (sent !== undefined) this.subject.value = "";
    return sent;
  }

  showChips() {
    super.showChips();
    this.subject.hidden = Boolean(this.answering);
  }

  draw({ messages: [mail] }, act) {
    const source = (file) => `${this.channel.root}/practice/file/${file.path}`;
    const pictures = mail.attached.filter((file) => file.is_picture);
    const others = mail.attached.filter((file) => !file.is_picture);
    const from = mail.by_bot ? `${mail.name || mail.from} <${mail.from}>` : `${mail.name} (bạn)`;
    const parts = [
      make("h3", "about", {}, mail.subject || "(không có tiêu đề)"),
      make("div", "foot", {}, make("span", "quiet", {}, from), timeOf(mail)),
    ];
    if (mail.heading) parts.push(make("div", "heading", {}, mail.heading));
    if (mail.text) parts.push(words(mail));
    if (pictures.length) {
      const kind = pictures.length > 1 ? "photos many" : "photos";
      parts.push(make("div", kind, {}, ...pictures.map((file) => picture(mail, source(file), act))));
    }
    parts.push(...others.map((file) => fileOf(file.name, source(file))));
    if (mail.by_bot) {
      const answer = { type: "button", "aria-label": `Trả lời: ${mail.subject}`, onclick: () => act.reply(mail) };
      parts.push(make("div", "keys", {}, make("button", "key", answer, icon("reply"), " Trả lời")));
    }
    return make("article", mail.by_bot ? "letter" : "letter own", {}, ...parts);
  }
}
