// The practice page: keeps the world in step with the server and lays out the columns.

import { avatar, make } from "/message.js";
import { Column } from "/column.js";
import { showAlert } from "/dialogs.js";

const byId = (id) => document.getElementById(id);
const state = byId("state");
const narrow = matchMedia("(max-width: 700px)");

const world = {
  bot: { id: 0, name: "bot", username: "" },
  chats: new Map(),
  talk: new Map(),
  seq: 0,
  session: "",
  expected: new Map(),
  answered: new Map(),
  messages(chat) {
    const all = this.talk.get(chat);
    return all ? [...all.values()].sort((a, b) => a.id - b.id) : [];
  },
  async act(body) {
    let answer;
    try {
      answer = await fetch("/practice/act", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
    } catch {
      throw new Error("Mất kết nối, chưa gửi được.");
    }
    const read = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(read.error ?? "Không thực hiện được.");
    return read.result;
  },
  /** Remembers who waits for the answer to a pressed button. The answer may have come already. */
  expect(query, column, done) {
    this.expected.set(query, { column, done });
    setTimeout(done, 10000);
    const answer = this.answered.get(query);
    if (answer) this.show(answer);
  },
  show(answer) {
    const waiting = this.expected.get(answer.query_id);
    this.answered.set(answer.query_id, answer);
    if (!waiting) return;
    this.expected.delete(answer.query_id);
    waiting.done();
    if (answer.text && answer.alert) showAlert(answer.text);
    else if (answer.text) waiting.column.toast(answer.text);
  },
};

const columns = new Map();
const entries = new Map();
let shown = location.hash.slice(1).split(",").map(Number).filter(Boolean);

/** Everybody first who has something to show, then by name; groups after people. */
function order() {
  const chats = [...world.chats.values()].filter((chat) => !chat.migrated_to || world.talk.get(chat.id)?.size);
  return chats.sort((a, b) => b.private - a.private || a.title.localeCompare(b.title, "vi"));
}

function choose(list) {
  shown = list;
  history.replaceState(null, "", `#${shown.join(",")}`);
  layout();
}

function toggle(id) {
  const there = shown.includes(id);
  choose(there ? shown.filter((one) => one !== id) : [...shown, id]);
  if (!there) columns.get(id)?.element.scrollIntoView({ inline: "nearest" });
}

/** Which columns stand there now: at phone width only the one chosen last. */
function layout() {
  const known = shown.filter((id) => world.chats.has(id));
  if (!known.length) known.push(...order().slice(0, 3).map((chat) => chat.id));
  shown = known;
  const visible = narrow.matches ? known.slice(-1) : known;
  for (const [id, column] of columns) {
    if (!visible.includes(id)) {
      column.element.remove();
      columns.delete(id);
    }
  }
  let made = false;
  for (const id of visible) {
    if (!columns.has(id)) columns.set(id, new Column(world.chats.get(id), world));
    const column = columns.get(id);
    if (!column.element.isConnected) {
      byId("columns").append(column.element);
      column.toEnd();
      made = true;
    }
  }
  if (made) byId("columns").hidden = false;
  byId("blank").hidden = visible.length > 0;
  byId("blank").textContent = "Chưa có ai trên sân tập. Khi bot bắt đầu, mọi người sẽ hiện ra ở đây.";
  byId("chooser").value = String(visible[0] ?? "");
  for (const [id, entry] of entries) entry.button.setAttribute("aria-pressed", String(visible.includes(id)));
}

/** The list at the side and the chooser at the top. */
function list() {
  const chats = order();
  entries.clear();
  byId("chats").replaceChildren(...chats.map((chat) => {
    const last = make("span", "quiet");
    const words = make("span", "title", {}, make("span", "", {}, chat.title), last);
    const button = make("button", "", { type: "button", "aria-pressed": "false", onclick: () => toggle(chat.id) },
      avatar(chat.id, chat.title), words);
    entries.set(chat.id, { button, last });
    return make("li", "", {}, button);
  }));
  const option = (chat) => make("option", "", { value: chat.id }, chat.title);
  const part = (label, some) => (some.length ? [make("optgroup", "", { label }, ...some.map(option))] : []);
  byId("chooser").replaceChildren(
    ...part("Máy của từng người", chats.filter((chat) => chat.private)),
    ...part("Nhóm", chats.filter((chat) => !chat.private)),
  );
}

function summarise(id) {
  const last = world.messages(id).at(-1);
  const entry = entries.get(id);
  if (!entry) return;
  const what = last && (last.text || (last.photos ? "Ảnh" : last.files[0] ?? "Vị trí"));
  entry.last.textContent = last ? (last.service ? what : `${last.name}: ${what}`) : "Chưa có tin nhắn";
}

/** Takes in what the server tells. */
function take(news) {
  const touched = new Set();
  if (news.reset) {
    world.talk.clear();
    columns.forEach((column) => touched.add(column.id));
  }
  world.seq = news.seq;
  world.session = news.session;
  for (const { chat, message } of news.messages ?? []) {
    if (!world.talk.has(chat)) world.talk.set(chat, new Map());
    world.talk.get(chat).set(message.id, message);
    touched.add(chat);
  }
  for (const { chat, id } of news.gone ?? []) {
    world.talk.get(chat)?.delete(id);
    touched.add(chat);
  }
  if (news.chats) {
    world.bot = news.bot;
    byId("bot-name").textContent = `${news.bot.name} · @${news.bot.username}`;
    world.chats = new Map(news.chats.map((chat) => [chat.id, chat]));
    list();
    for (const [id, column] of columns) {
      if (world.chats.has(id)) column.describe(world.chats.get(id));
    }
    layout();
    world.chats.forEach((_, id) => summarise(id));
  }
  for (const id of touched) {
    columns.get(id)?.refresh();
    summarise(id);
  }
  (news.answers ?? []).forEach((answer) => world.show(answer));
}

function tell(words, kind) {
  // Said once, not at every round of polling.
  if (state.textContent !== words) state.textContent = words;
  state.dataset.kind = kind;
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function follow() {
  for (;;) {
    try {
      const where = new URLSearchParams({ after: world.seq, session: world.session });
      const answer = await fetch(`/practice/state?${where}`);
      if (!answer.ok) throw new Error(answer.statusText);
      take(await answer.json());
      tell("Đang trực tuyến", "live");
      // A busy bot changes something all the time; the eye needs no more than this.
      await pause(40);
    } catch (problem) {
      console.error(problem);
      tell("Mất kết nối, đang thử lại…", "lost");
      await pause(1000);
    }
  }
}

byId("chooser").addEventListener("change", () => {
  const id = Number(byId("chooser").value);
  choose([...shown.filter((one) => one !== id), id]);
});
narrow.addEventListener("change", layout);
follow();
