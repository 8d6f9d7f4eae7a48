-- Notices: what is written, who gets it, who has confirmed. The same tables for PostgreSQL are in ../postgres.

-- A rule of the calendar that makes notices.
CREATE TABLE schedules (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL,
    cron         TEXT NOT NULL,             -- minute hour day month weekday
    zone         TEXT NOT NULL,             -- by whose wall clock: an IANA name
    audience     TEXT NOT NULL,
    title        TEXT NOT NULL,             -- a template, as the body is
    body         TEXT NOT NULL,             -- empty: the text is asked for every time
    body_spans   TEXT NOT NULL DEFAULT '[]', -- JSON: the emphasis of the body
    urgent       INTEGER NOT NULL,
    confirm      INTEGER NOT NULL,
    remind_after INTEGER,
    asks         TEXT,                      -- JSON: what every unit is asked for, and for how long
    self_sending INTEGER NOT NULL,          -- 1: the template is approved and goes out by itself
    unit_id      INTEGER REFERENCES units (id), -- whose editors are asked; none: those at the top
    state        TEXT NOT NULL,             -- active | paused | deleted
    ends_at      INTEGER,                -- the last moment of its last day; none: it goes on
    done_until   INTEGER NOT NULL,          -- every run up to then is seen to
    next_at      INTEGER NOT NULL,
    created_by   INTEGER REFERENCES people (id), -- none: the command line
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX schedules_next ON schedules (next_at) WHERE state = 'active';

CREATE TABLE notices (
    id           INTEGER PRIMARY KEY,
    title        TEXT NOT NULL,
    body         TEXT NOT NULL,
    body_spans   TEXT NOT NULL DEFAULT '[]', -- JSON: the emphasis of the body
    audience     TEXT NOT NULL,             -- as people write it: 'unit:Xã A/*; -group:Nhóm B'
    urgent       INTEGER NOT NULL,
    confirm      INTEGER NOT NULL,
    remind_after INTEGER,                   -- microseconds after it went out
    send_at      INTEGER,                   -- none: as soon as it is approved
    author_id    INTEGER REFERENCES people (id), -- none: the command line, or a schedule
    author_unit  INTEGER REFERENCES units (id),
    approver_id  INTEGER REFERENCES people (id),
    lists_hash   TEXT,                      -- of the saved audiences in it, as they were when it was approved
    reason       TEXT,                      -- why it was returned, or objected to
    review       TEXT,                      -- waits | approved | objected: it was sent before it was approved
    schedule_id  INTEGER REFERENCES schedules (id),
    occurrence   INTEGER,
    state        TEXT NOT NULL,             -- draft | submitted | approved | sent | returned | cancelled
    created_at   INTEGER NOT NULL,
    written_at   INTEGER NOT NULL,           -- when its words were last written
    submitted_at INTEGER,
    decided_at   INTEGER
) STRICT;
CREATE INDEX notices_state ON notices (state, id);
CREATE INDEX notices_author ON notices (author_id, id);

-- Files of a folder that became notices: each once, whatever it is called.
CREATE TABLE notice_imports (
    sha256    TEXT PRIMARY KEY,             -- of the file as it was
    name      TEXT NOT NULL,
    notice_id INTEGER NOT NULL REFERENCES notices (id),
    taken_at  INTEGER NOT NULL
) STRICT;

-- Files that go with a notice. One that came in by chat is fetched after it is written down.
CREATE TABLE notice_files (
    notice_id INTEGER NOT NULL REFERENCES notices (id),
    seq       INTEGER NOT NULL,
    name      TEXT NOT NULL,
    mime      TEXT NOT NULL,
    kind      TEXT NOT NULL,                -- photo | document
    sha256    TEXT,                         -- none until it is fetched
    channel   TEXT,
    file_id   TEXT,
    attempts  INTEGER NOT NULL DEFAULT 0,
    next_try  INTEGER NOT NULL DEFAULT 0,
    error     TEXT,                         -- it cannot be had: the notice goes without
    PRIMARY KEY (notice_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_files_wanted ON notice_files (next_try) WHERE sha256 IS NULL AND error IS NULL;

-- Previews that wait for their files.
CREATE TABLE notice_previews (
    notice_id INTEGER NOT NULL REFERENCES notices (id),
    chat_id   INTEGER NOT NULL REFERENCES chats (id),
    PRIMARY KEY (notice_id, chat_id)
) STRICT, WITHOUT ROWID;

-- Where a notice was shown to be approved: these cards show what was decided.
CREATE TABLE notice_cards (
    notice_id INTEGER NOT NULL REFERENCES notices (id),
    chat_id   INTEGER NOT NULL REFERENCES chats (id),
    PRIMARY KEY (notice_id, chat_id)
) STRICT, WITHOUT ROWID;

-- One publication of a notice. The counters always add up to `total`.
CREATE TABLE editions (
    id          INTEGER PRIMARY KEY,
    notice_id   INTEGER NOT NULL REFERENCES notices (id),
    state       TEXT NOT NULL,              -- preparing | running | paused | done | cancelled
    lane        INTEGER NOT NULL,
    include     TEXT,                       -- JSON: whom, in the store's terms; none until it begins
    exclude     TEXT,
    starts_at   INTEGER NOT NULL,
    started_at  INTEGER,
    chat_cursor INTEGER NOT NULL DEFAULT 0, -- the chats up to this one have their delivery
    fanned_out  INTEGER NOT NULL DEFAULT 0, -- 1: all chats have
    waiting     INTEGER NOT NULL DEFAULT 0,
    queued      INTEGER NOT NULL DEFAULT 0,
    sent        INTEGER NOT NULL DEFAULT 0,
    confirmed   INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0,
    skipped     INTEGER NOT NULL DEFAULT 0,
    total       INTEGER NOT NULL DEFAULT 0,
    next_turn   INTEGER NOT NULL DEFAULT 0, -- the turn of the message that comes into the outbox next
    unreached   INTEGER NOT NULL DEFAULT 0,
    ended_at    INTEGER,
    changed_at  INTEGER NOT NULL,           -- when the counters last changed; 0: the author has seen it
    shown_at    INTEGER NOT NULL DEFAULT 0, -- when the author last saw them
    shown       TEXT NOT NULL DEFAULT '',   -- what the author saw
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX editions_notice ON editions (notice_id);
CREATE INDEX editions_running ON editions (lane, id) WHERE state = 'running';
CREATE INDEX editions_changed ON editions (id) WHERE changed_at > 0;
CREATE INDEX editions_preparing ON editions (starts_at) WHERE state = 'preparing';

-- What follows on an edition that asks to be confirmed, each when it is due.
CREATE TABLE edition_steps (
    edition_id INTEGER NOT NULL REFERENCES editions (id),
    seq        INTEGER NOT NULL,
    kind       TEXT NOT NULL,               -- remind | heads | alert
    number     INTEGER NOT NULL,            -- the how manieth reminder; the level of the tree; percent
    after      INTEGER,                     -- microseconds after it arrived; none: the next working morning
    due_at     INTEGER NOT NULL,
    cursor     INTEGER NOT NULL DEFAULT 0,  -- the chats up to this one were reminded
    done_at    INTEGER,
    PRIMARY KEY (edition_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX edition_steps_due ON edition_steps (due_at) WHERE done_at IS NULL;

CREATE TABLE edition_parts (
    edition_id INTEGER NOT NULL REFERENCES editions (id),
    channel    TEXT NOT NULL,              -- laid out for what it can show; each: as it was written, filled in for every recipient
    seq        INTEGER NOT NULL,
    payload_id INTEGER NOT NULL REFERENCES payloads (id),
    last       INTEGER NOT NULL,
    PRIMARY KEY (edition_id, channel, seq)
) STRICT, WITHOUT ROWID;

-- Whom an edition should have reached and cannot.
CREATE TABLE edition_unreached (
    id         INTEGER PRIMARY KEY,
    edition_id INTEGER NOT NULL REFERENCES editions (id),
    person_id  INTEGER REFERENCES people (id),
    chat_id    INTEGER REFERENCES chats (id),
    why        TEXT NOT NULL                -- no chat | closed | away
) STRICT;
CREATE INDEX edition_unreached_edition ON edition_unreached (edition_id, id);

CREATE TABLE deliveries (
    id           INTEGER PRIMARY KEY,
    edition_id   INTEGER NOT NULL REFERENCES editions (id),
    chat_id      INTEGER NOT NULL REFERENCES chats (id),
    channel      INTEGER NOT NULL,          -- the chat's: 0 telegram 1 zalo_bot 2 zalo_oa 3 email
    person_id    INTEGER REFERENCES people (id),
    unit_id      INTEGER REFERENCES units (id),
    state        INTEGER NOT NULL,          -- 0 waiting 1 queued 2 sent 3 confirmed 4 failed 5 skipped
    nonce        TEXT NOT NULL UNIQUE,      -- what this recipient's button holds
    reason       TEXT,
    failure      INTEGER,                   -- 1 temporary 2 permanent 3 technical; of a failed one
    sent_at      INTEGER,
    seen_at      INTEGER,              -- where the platform says so
    confirmed_at INTEGER,
    reminded_at  INTEGER,
    reminders    INTEGER NOT NULL DEFAULT 0, -- how often
    UNIQUE (edition_id, chat_id)
) STRICT;
-- Only for what waits: else every step on the way would change it. What is on its way is found by its messages.
CREATE INDEX deliveries_waiting ON deliveries (edition_id, channel, id) WHERE state = 0;

-- Who has confirmed. In a group everybody does it for themselves.
CREATE TABLE confirmations (
    delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
    person_id   INTEGER NOT NULL REFERENCES people (id),
    at          INTEGER NOT NULL,
    PRIMARY KEY (delivery_id, person_id)
) STRICT, WITHOUT ROWID;

-- Every run of a schedule, once.
CREATE TABLE occurrences (
    schedule_id INTEGER NOT NULL REFERENCES schedules (id),
    at          INTEGER NOT NULL,
    state       TEXT NOT NULL,              -- sent | asked | missed
    notice_id   INTEGER REFERENCES notices (id),
    edition_id  INTEGER REFERENCES editions (id),
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (schedule_id, at)
) STRICT, WITHOUT ROWID;
