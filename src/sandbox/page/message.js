// A message as elements. Text only ever becomes a text node.

const clock = new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
const calendar = new Intl.DateTimeFormat("vi", {
  weekday: "long", day: "numeric", month: "long", timeZone: "Asia/Ho_Chi_Minh",
});

/** An element with a class, attributes and children. */
export function make(tag, className, attributes = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const ICONS = {
  clip: "M8 12.5l6.2-6.2a2.6 2.6 0 0 1 3.7 3.7l-8 8a4.6 4.6 0 0 1-6.5-6.5l7.7-7.7",
  pin: "M12 21s7-6.1 7-11.3A7 7 0 0 0 5 9.7C5 14.9 12 21 12 21zM12 12.2a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  send: "M4 12 20 4.5 15.5 20 11.8 13.6zM11.8 13.6 20 4.5",
  reply: "M9.5 6 4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6v1.5",
  file: "M7 3h7l4.5 4.5V20a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h4.5",
  pen: "M4 20l1-4.5L16 4.5l3.5 3.5-11 11zM14 6.5 17.5 10",
};

/** A drawn sign, so that no font need have it. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  svg.append(path);
  return svg;
}

export const day = (seconds) => calendar.format(seconds * 1000);

/** A colour of one's own. */
const hue = (id) => {
  const number = typeof id === "number" ? Math.abs(id) : [...id].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 9973, 7);
  return String((number * 47 + 150) % 360);
};

/** Somebody's name, in their colour. */
export function nameOf(id, name) {
  const words = make("strong", "name", {}, name);
  words.style.setProperty("--hue", hue(id));
  return words;
}

/** What a message is in a few words. */
export const gist = (message) => {
  if (message.subject) return message.subject;
  if (message.text) return message.text;
  if (message.photos || message.photo) return "Ảnh";
  if (message.voice) return "Tin thoại";
  if (message.sticker) return "Nhãn dán";
  if (message.unsupported) return "Tệp";
  return message.files?.[0] ?? "Vị trí";
};

/** The mark of a channel. */
export const mark = (channel) => make("span", `mark ${channel.kind}`, {}, channel.name);

/** The time of a message. */
export const timeOf = (message, before = "") => (
  make("time", "time", { datetime: new Date(message.date * 1000).toISOString() }, before + clock.format(message.date * 1000))
);

/** The button with which a message is answered. */
export const answering = (message, act) => make("button", "answer", {
  type: "button", title: "Trả lời", "aria-label": `Trả lời ${message.name}`, onclick: () => act.reply(message),
}, icon("reply"));

/** The message that is answered. */
export const quote = (answered) => make("div", "quote", {},
  make("strong", "", {}, answered.name), make("span", "", {}, gist(answered)));

/** A round picture with initials, its colour drawn from the number. */
export function avatar(id, name) {
  const words = name.trim().split(/\s+/);
  const initials = (words.length > 1 ? words[words.length - 2][0] : "") + (words[words.length - 1][0] ?? "?");
  const circle = make("span", "avatar", { "aria-hidden": "true" }, initials.toUpperCase());
  circle.style.setProperty("--hue", hue(id));
  return circle;
}

/** What `t.me/<bot>?start=X` starts with, or null for any other address. */
export function startParameter(address, bot) {
  let url;
  try {
    url = new URL(address.includes("://") ? address : `https://${address}`);
  } catch {
    return null;
  }
  const here = ["t.me", "telegram.me"].includes(url.hostname)
    && url.pathname.slice(1).toLowerCase() === bot.username.toLowerCase();
  return here ? url.searchParams.get("start") ?? "" : null;
}

/** A link: into the bot, to the outside, or plain words if it is neither. */
function link(address, children, act) {
  const parameter = startParameter(address, act.bot);
  if (parameter !== null) {
    return make("button", "link", { type: "button", onclick: () => act.open(parameter) }, ...children);
  }
  const full = address.includes("://") ? address : `https://${address}`;
  if (!/^https?:\/\//i.test(full)) return make("span", "", { title: address }, ...children);
  return make("a", "", { href: full, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

function styled(entity, raw, children, act) {
  if (TAGS[entity.type]) return make(TAGS[entity.type], "", {}, ...children);
  switch (entity.type) {
    case "url": return link(raw, children, act);
    case "text_link": return link(entity.url, children, act);
    case "bot_command":
      return make("button", "link", { type: "button", onclick: () => act.say(raw) }, ...children);
    case "spoiler": {
      const hidden = make("button", "spoiler", { type: "button", "aria-label": "Nội dung ẩn, bấm để xem" });
      hidden.append(...children);
      hidden.addEventListener("click", () => {
        hidden.classList.add("shown");
        hidden.removeAttribute("aria-label");
      });
      return hidden;
    }
    default: return make("span", "tag", {}, ...children);
  }
}

/** Text with its entities; offsets are UTF-16 units, as JavaScript counts too. */
function words(text, entities, act, from = 0, to = text.length) {
  const out = [];
  let at = from;
  const list = [...entities];
  while (list.length) {
    const entity = list.shift();
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || end <= entity.offset) continue;
    if (entity.offset > at) out.push(text.slice(at, entity.offset));
    const inside = [];
    while (list.length && list[0].offset < end) inside.push(list.shift());
    out.push(styled(entity, text.slice(entity.offset, end), words(text, inside, act, entity.offset, end), act));
    at = end;
  }
  if (at < to) out.push(text.slice(at, to));
  return out;
}

/** A picture, which a tap opens. */
export function picture(message, source, act) {
  const image = make("img", "", { src: source, alt: `Ảnh của ${message.name}`, onload: act.settle });
  return make("a", "photo", { href: source, target: "_blank" }, image);
}

/** A document that can be saved. */
export const fileOf = (name, source) => make("a", "file", { href: source, download: name },
  make("span", "pin", {}, icon("file")), make("span", "", {}, name));

/** A place with its name, where it has one. */
export function placeOf(shared) {
  const point = `${shared.latitude.toFixed(5)}, ${shared.longitude.toFixed(5)}`;
  return make("div", "place", {}, make("span", "pin", {}, icon("pin")),
    make("div", "", {}, make("strong", "", {}, shared.title ?? "Vị trí"),
      make("span", "quiet", {}, shared.address ? `${shared.address} · ${point}` : point)));
}

function keyboard(message, act) {
  const rows = message.buttons.map((row) => make("div", "row", {}, ...row.map((button) => {
    const parameter = button.url ? startParameter(button.url, act.bot) : null;
    if (button.url && parameter === null && /^https?:/i.test(button.url)) {
      return make("a", "key", { href: button.url, target: "_blank", rel: "noopener noreferrer" },
        button.label, make("span", "corner", { "aria-hidden": "true" }, "↗"));
    }
    const press = (event) => (button.url ? act.open(parameter ?? "") : act.press(message, button, event.currentTarget));
    return make("button", "key", { type: "button", onclick: press }, button.label);
  })));
  return make("div", "keys", { role: "group", "aria-label": "Các nút của tin nhắn" }, ...rows);
}

/**
 * One entry for a message, or for all messages of an album.
 * `act` has: bot, me, group, find(id), say, open, press, reply, settle.
 */
export function item(messages, act) {
  const first = messages[0];
  if (first.service) return make("div", "service", {}, make("span", "", {}, first.text));
  const mine = first.from === act.me;
  const said = messages.find((message) => message.text) ?? first;
  const parts = [];
  if (act.group && !mine) {
    parts.push(nameOf(first.from, first.name));
  } else {
    parts.push(make("span", "hidden", {}, `${first.name}: `));
  }
  const answered = first.reply_to === null ? null : act.find(first.reply_to);
  if (answered) parts.push(quote(answered));
  const pictures = messages.filter((message) => message.photos);
  if (pictures.length) {
    const many = pictures.length > 1 ? "photos many" : "photos";
    parts.push(make("div", many, {}, ...pictures.map((message) => picture(message, `/practice/file/${message.path}`, act))));
  }
  for (const message of messages) {
    for (const name of message.files) {
      parts.push(fileOf(name, `/practice/file/${message.path}`));
    }
    if (message.place) parts.push(placeOf(message.place));
  }
  if (said.text) parts.push(make("div", "words", {}, ...words(said.text, said.entities, act)));
  const time = timeOf(first, messages.some((message) => message.edited) ? "đã sửa " : "");
  parts.push(make("div", "foot", {}, answering(first, act), time));
  const wide = messages.some((message) => message.photos) ? " wide" : "";
  const entry = make("article", (mine ? "mine" : "theirs") + wide, {}, make("div", "bubble", {}, ...parts));
  const keys = messages.find((message) => message.buttons.length && !message.reply_keyboard);
  if (keys) entry.append(keyboard(keys, act));
  return entry;
}
