// The practice page: lays out the chats of every channel side by side.

import { Channel } from "/channel.js";
import { Column } from "/column.js";
import { MailColumn } from "/mail.js";
import { avatar, gist, make, mark } from "/message.js";
import { ZaloColumn } from "/zalo.js";
import { ZaloOaColumn } from "/zalo_oa.js";

const byId = (id) => document.getElementById(id);
const state = byId("state");
const narrow = matchMedia("(max-width: 700px)");
const KINDS = { telegram: Column, zalo: ZaloColumn, "zalo-oa": ZaloOaColumn, mail: MailColumn };

let channels = [];
const columns = new Map();
const entries = new Map();
let listed = "";
let shown = decodeURIComponent(location.hash.slice(1)).split(",").filter(Boolean);

/** Every chat by its key, with its channel: by name; groups after people. */
function everything() {
  const all = channels.flatMap((channel) => [...channel.chats.values()]
    .filter((chat) => !chat.migrated_to || channel.talk.get(chat.id)?.size)
    .map((chat) => ({ key: channel.key(chat.id), chat, channel })));
  all.sort((a, b) => b.chat.private - a.chat.private || a.chat.title.localeCompare(b.chat.title, "vi"));
  return new Map(all.map((one) => [one.key, one]));
}

function choose(list) {
  shown = list;
  history.replaceState(null, "", `#${shown.join(",")}`);
  layout();
}

function toggle(key) {
  const there = shown.includes(key);
  choose(there ? shown.filter((one) => one !== key) : [...shown, key]);
  if (!there) columns.get(key)?.element.scrollIntoView({ inline: "nearest" });
}

/** Which columns stand there now: at phone width only the one chosen last. */
function layout() {
  // Who is missing may be on a channel that has not been heard yet.
  if (channels.some((channel) => !channel.session)) return;
  const all = everything();
  const known = shown.filter((key) => all.has(key));
  if (!known.length) known.push(...[...all.keys()].slice(0, 3));
  shown = known;
  const visible = narrow.matches ? known.slice(-1) : known;
  for (const [key, column] of columns) {
    if (!visible.includes(key)) {
      column.element.remove();
      columns.delete(key);
    }
  }
  for (const key of visible) {
    const { chat, channel } = all.get(key);
    if (!columns.has(key)) columns.set(key, new KINDS[channel.kind](chat, channel));
    const column = columns.get(key);
    if (!column.element.isConnected) {
      byId("columns").append(column.element);
      column.toEnd();
    }
  }
  byId("blank").hidden = visible.length > 0;
  byId("blank").textContent = "Chưa có ai trên sân tập. Khi bot bắt đầu, mọi người sẽ hiện ra ở đây.";
  byId("chooser").value = visible[0] ?? "";
  for (const [key, entry] of entries) entry.button.setAttribute("aria-pressed", String(visible.includes(key)));
}

/** The list at the side and the chooser at the top. */
function list() {
  const all = [...everything().values()];
  const stamp = JSON.stringify(all.map(({ key, chat }) => [key, chat.title]));
  if (stamp === listed) return;
  listed = stamp;
  entries.clear();
  byId("chats").replaceChildren(...all.map(({ key, chat, channel }) => {
    const last = make("span", "quiet");
    const words = make("span", "title", {}, make("span", "", {}, chat.title), make("span", "named", {}, mark(channel), last));
    const button = make("button", "", { type: "button", "aria-pressed": "false", onclick: () => toggle(key) },
      avatar(chat.id, chat.title), words);
    entries.set(key, { button, last });
    return make("li", "", {}, button);
  }));
  const option = ({ key, chat, channel }) => make("option", "", { value: key }, `${chat.title} · ${channel.name}`);
  const part = (label, some) => (some.length ? [make("optgroup", "", { label }, ...some.map(option))] : []);
  byId("chooser").replaceChildren(
    ...part("Máy của từng người", all.filter(({ chat }) => chat.private)),
    ...part("Nhóm", all.filter(({ chat }) => !chat.private)),
  );
}

function summarise(channel, id) {
  const last = channel.messages(id).at(-1);
  const entry = entries.get(channel.key(id));
  if (!entry) return;
  entry.last.textContent = last ? (last.service ? gist(last) : `${last.name}: ${gist(last)}`) : "Chưa có tin nhắn";
}

/** Something came over a channel. */
function heard(channel, { chats, touched }) {
  if (chats) {
    const bots = channels.map(({ bot, name }) => `${bot.username ? `@${bot.username}` : bot.name} trên ${name}`);
    byId("bot-name").textContent = bots.join(" · ");
    list();
    for (const column of columns.values()) {
      const chat = column.channel.chats.get(column.id);
      // Nothing is made anew under the hands of whoever uses it.
      if (chat && JSON.stringify(chat) !== JSON.stringify(column.chat)) column.describe(chat);
    }
    layout();
    channels.forEach((one) => one.chats.forEach((_, id) => summarise(one, id)));
  }
  for (const id of touched) {
    columns.get(channel.key(id))?.refresh();
    summarise(channel, id);
  }
}

const connection = new Map();

/** How the connection to a channel is: what is lost is said, however the others are. */
function told(channel, kind) {
  connection.set(channel, kind);
  const lost = [...connection.values()].includes("lost");
  const words = lost ? "Mất kết nối, đang thử lại…" : "Đang trực tuyến";
  // Said once, not at every round of polling.
  if (state.textContent !== words) state.textContent = words;
  state.dataset.kind = lost ? "lost" : "live";
}

async function begin() {
  try {
    const answer = await fetch("/channels");
    channels = (await answer.json()).map((given) => {
      const channel = new Channel(given, (news) => heard(channel, news), (kind) => told(channel, kind));
      return channel;
    });
  } catch (problem) {
    console.error(problem);
    told(null, "lost");
    setTimeout(begin, 1000);
    return;
  }
  connection.clear();
  channels.forEach((channel) => channel.follow());
}

byId("chooser").addEventListener("change", () => {
  const key = byId("chooser").value;
  choose([...shown.filter((one) => one !== key), key]);
});
narrow.addEventListener("change", layout);
begin();
