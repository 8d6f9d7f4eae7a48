// The people of one channel, kept in step with its stand-in.

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits while nobody looks at the page: a browser has few connections for all its tabs. */
const looked = () => new Promise((resolve) => {
  if (!document.hidden) resolve();
  else document.addEventListener("visibilitychange", resolve, { once: true });
});

const NAMES = { telegram: "Telegram", zalo: "Zalo", "zalo-oa": "Zalo OA", mail: "E-mail" };

export class Channel {
  /**
   * `kind` and `root` are the server's; `heard` is told what came: { chats, touched, answers }, where `chats` says
   * whether it changed who there is; `told` is told how the connection is: "live" or "lost".
   */
  constructor({ kind, root }, heard, told) {
    this.kind = kind;
    this.root = root;
    this.name = NAMES[kind];
    this.heard = heard;
    this.told = told;
    this.bot = { id: 0, name: "bot", username: "" };
    this.chats = new Map();
    this.talk = new Map();
    this.seq = 0;
    this.session = "";
    this.expected = new Map();
    this.answered = new Map();
  }

  /** What the page calls a chat: no two channels have the same. */
  key(id) {
    return this.kind === "telegram" ? String(id) : `${this.kind}:${id}`;
  }

  messages(chat) {
    const all = this.talk.get(chat);
    return all ? [...all.values()].sort((a, b) => (a.number ?? a.id) - (b.number ?? b.id)) : [];
  }

  /** Has somebody do something; gives the result or throws words to show. */
  async act(body) {
    let answer;
    try {
      answer = await fetch(`${this.root}/practice/act`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
    } catch {
      throw new Error("Mất kết nối, chưa gửi được.");
    }
    const read = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(read.error ?? "Không thực hiện được.");
    return read.result;
  }

  /** Remembers who waits for the answer to a pressed button. The answer may have come already. */
  expect(query, done) {
    this.expected.set(query, done);
    const answer = this.answered.get(query);
    if (answer) this.answer(answer);
  }

  answer(answer) {
    const done = this.expected.get(answer.query_id);
    this.answered.set(answer.query_id, answer);
    this.expected.delete(answer.query_id);
    done?.(answer);
  }

  /** Takes in what the server tells. */
  take(news) {
    const touched = new Set();
    if (news.reset) {
      this.talk.clear();
      this.chats.forEach((_, id) => touched.add(id));
    }
    this.seq = news.seq;
    this.session = news.session;
    for (const { chat, message } of news.messages ?? []) {
      if (!this.talk.has(chat)) this.talk.set(chat, new Map());
      this.talk.get(chat).set(message.id, message);
      touched.add(chat);
    }
    for (const { chat, id } of news.gone ?? []) {
      this.talk.get(chat)?.delete(id);
      touched.add(chat);
    }
    if (news.chats) {
      this.bot = news.bot;
      this.chats = new Map(news.chats.map((chat) => [chat.id, chat]));
    }
    this.heard({ chats: Boolean(news.chats), touched });
    (news.answers ?? []).forEach((answer) => this.answer(answer));
  }

  /** Follows the server for as long as the page is there. */
  async follow() {
    for (;;) {
      await looked();
      try {
        const where = new URLSearchParams({ after: this.seq, session: this.session });
        const answer = await fetch(`${this.root}/practice/state?${where}`);
        if (!answer.ok) throw new Error(answer.statusText);
        this.take(await answer.json());
        this.told("live");
        // A busy bot changes something all the time; the eye needs no more than this.
        await pause(40);
      } catch (problem) {
        console.error(problem);
        this.told("lost");
        await pause(1000);
      }
    }
  }
}
