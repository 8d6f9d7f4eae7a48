-- What every part of loa stands on. Instants are microseconds since 1970 (UTC), truths are 0 and 1.
-- The same tables for PostgreSQL are in ../postgres; a test compares them.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- The tree of bodies. A unit that ended keeps its row and names its successor; those that name a unit are its
-- predecessors. A successor is never one that has ended itself: when it ends, all that named it name the next.
CREATE TABLE units (
    id             INTEGER PRIMARY KEY,
    parent_id      INTEGER REFERENCES units (id),
    name           TEXT NOT NULL,
    folded         TEXT NOT NULL,           -- the name without case and diacritics
    path           TEXT NOT NULL,           -- 'Tỉnh / Phường / Chi bộ'
    path_key       TEXT NOT NULL UNIQUE,    -- the path folded: what makes two paths the same
    begins_on      INTEGER,
    ends_on        INTEGER,
    successor_id   INTEGER REFERENCES units (id),
    channels       TEXT,                    -- the usual order of channels here and below: 'zalo_bot telegram'
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX units_parent ON units (parent_id);
CREATE INDEX units_folded ON units (folded);
CREATE INDEX units_successor ON units (successor_id) WHERE successor_id IS NOT NULL;

CREATE TABLE people (
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL,
    folded          TEXT NOT NULL,
    state           TEXT NOT NULL,          -- active | left
    consent_version TEXT,                   -- the wording that was accepted; none if imported
    consent_at      INTEGER,
    left_at         INTEGER,
    away_until      INTEGER,                -- on leave up to this moment
    own_order       INTEGER NOT NULL DEFAULT 0, -- 1: has chosen the order of their channels
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX people_folded ON people (folded);
CREATE INDEX people_away ON people (away_until) WHERE away_until IS NOT NULL;

CREATE TABLE roles (
    person_id INTEGER NOT NULL REFERENCES people (id),
    unit_id   INTEGER NOT NULL REFERENCES units (id),
    role      TEXT NOT NULL,                -- staff | reporter | duty | editor | approver | head | admin
    since     INTEGER NOT NULL,
    PRIMARY KEY (person_id, unit_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX roles_unit ON roles (unit_id, role);

-- Where messages arrive: a person's private chat, or a group bound to a unit.
CREATE TABLE chats (
    id          INTEGER PRIMARY KEY,
    channel     TEXT NOT NULL,              -- telegram | zalo_bot | zalo_oa | email
    external_id TEXT NOT NULL,
    kind        TEXT NOT NULL,              -- private | group
    title       TEXT NOT NULL,
    folded      TEXT NOT NULL,
    person_id   INTEGER REFERENCES people (id),
    unit_id     INTEGER REFERENCES units (id),
    purpose     TEXT NOT NULL,              -- staff | duty | none (a group that is not bound)
    state       TEXT NOT NULL,              -- open | closed (with the reason)
    reason      TEXT,
    lang        TEXT NOT NULL DEFAULT 'vi',
    parked_until INTEGER NOT NULL DEFAULT 0, -- nothing is sent to it before: the platform asked for a pause
    rank        INTEGER NOT NULL DEFAULT 0, -- of a person's several private chats: the place in their order, from 1
    spare       INTEGER NOT NULL DEFAULT 0, -- 1: another private chat of this person goes first
    created_at  INTEGER NOT NULL,
    UNIQUE (channel, external_id)
) STRICT;
CREATE INDEX chats_person ON chats (person_id);
CREATE INDEX chats_unit ON chats (unit_id);

-- Where a person stands in a dialogue, in one chat.
CREATE TABLE dialogues (
    chat_id    INTEGER NOT NULL REFERENCES chats (id),
    sender     TEXT NOT NULL,               -- the platform's id of the person, who may not be enrolled yet
    state      TEXT NOT NULL,               -- JSON
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, sender)
) STRICT, WITHOUT ROWID;

-- Updates as they came. Acknowledged to the platform only after they are here.
CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    channel     TEXT NOT NULL,
    external_id TEXT NOT NULL,
    chat_key    TEXT NOT NULL,              -- updates of one chat are handled in order
    album       TEXT,                       -- parts of one album are handled as one
    body        BLOB NOT NULL,
    state       TEXT NOT NULL,              -- waiting | done | aside
    attempts    INTEGER NOT NULL DEFAULT 0,
    not_before  INTEGER NOT NULL,
    error       TEXT,
    received_at INTEGER NOT NULL,
    handled_at  INTEGER,
    UNIQUE (channel, external_id)
) STRICT;
CREATE INDEX inbox_waiting ON inbox (not_before, id) WHERE state = 'waiting';
CREATE INDEX inbox_chat ON inbox (chat_key, id) WHERE state = 'waiting';
CREATE INDEX inbox_aside ON inbox (id) WHERE state = 'aside';

-- What messages say. One row serves all that say the same.
CREATE TABLE payloads (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    body       TEXT NOT NULL,               -- JSON of a Content
    created_at INTEGER NOT NULL
) STRICT;

-- The outbox: the transport's truth about every message.
CREATE TABLE messages (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    channel     TEXT NOT NULL,
    chat_id     INTEGER NOT NULL REFERENCES chats (id),
    lane        INTEGER NOT NULL,           -- 0 interactive, 1 urgent, 2 notice
    first_lane  INTEGER,                    -- the lane that it came in with, if it was lifted out of it
    op          TEXT NOT NULL,              -- send | show (edit the slot's message, or send it) | edit | buttons | answer
    target      TEXT,                       -- show: the slot; edit, buttons: the platform's message id; answer: the press
    payload_id  INTEGER NOT NULL REFERENCES payloads (id),
    own_data    TEXT,                       -- the data of this recipient's own button
    delivery_id INTEGER,
    last_part   INTEGER NOT NULL DEFAULT 1, -- the delivery is made when its last part is
    state       INTEGER NOT NULL,           -- 0 queued 1 sending 2 sent 3 unknown 4 failed 5 cancelled 6 expired
    ready       INTEGER NOT NULL,           -- 1 when not_before has come
    attempt     INTEGER NOT NULL DEFAULT 0,
    unknowns    INTEGER NOT NULL DEFAULT 0,
    never_twice INTEGER NOT NULL DEFAULT 0, -- rather held than sent again: one-time codes
    spared      INTEGER NOT NULL DEFAULT 0, -- attempts that were nobody's fault: they do not count
    failing_since INTEGER,                  -- the first attempt that was certainly not accepted
    turn        INTEGER NOT NULL DEFAULT 0, -- the order in the lane: notices that go out together take turns
    not_before  INTEGER NOT NULL,
    expires_at  INTEGER,
    external_id TEXT,                       -- the platform's message id
    error       TEXT,
    created_at  INTEGER NOT NULL,
    settled_at  INTEGER,        -- none as long as it is queued or being sent
    CHECK ((settled_at IS NULL) = (state IN (0, 1)))
) STRICT;
CREATE INDEX messages_ready ON messages (channel, lane, turn, id) WHERE state = 0 AND ready = 1;
CREATE INDEX messages_later ON messages (not_before) WHERE state = 0 AND ready = 0;
-- Its condition does not change when a message is taken to be sent, so that this leaves it alone.
CREATE INDEX messages_chat ON messages (chat_id, lane, id) WHERE settled_at IS NULL;
-- What was shown to choose from, where there are no buttons: found by whoever answers with a number.
CREATE INDEX messages_shown ON messages (chat_id, id) WHERE channel <> 'telegram';
CREATE INDEX messages_delivery ON messages (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX messages_sent ON messages (channel, settled_at) WHERE state = 2;
CREATE INDEX messages_trouble ON messages (id) WHERE state IN (3, 4);
CREATE INDEX messages_held ON messages (id) WHERE state = 3;
CREATE INDEX messages_dropped ON messages (created_at) WHERE state IN (5, 6);
CREATE INDEX messages_payload ON messages (payload_id); -- so that a payload can go when its last message does

-- Attempts that did not end well, for the question "why was it late, why did it come twice".
CREATE TABLE attempts (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages (id),
    attempt    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    outcome    TEXT NOT NULL,               -- retry | unknown | permanent | moved | late | spared
    detail     TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_message ON attempts (message_id);
CREATE INDEX attempts_at ON attempts (at);

-- Channels over which nothing goes out until they are tried again. A channel that works has no row.
CREATE TABLE channel_rests (
    channel  TEXT PRIMARY KEY,
    why      TEXT NOT NULL,                 -- too_many | failing | token
    trying   INTEGER NOT NULL,              -- 1: one message is on its way, to find out
    since    INTEGER NOT NULL,
    until    INTEGER NOT NULL,              -- the next try
    failures INTEGER NOT NULL,
    detail   TEXT NOT NULL                  -- what the platform said last
) STRICT;

-- What an administrator has to know, from when to when.
CREATE TABLE alarms (
    id       INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL,                 -- token | failing | too_many | aside | held | month |
                                            -- renewal | no_token | expiry | requests
    subject  TEXT NOT NULL,                 -- the channel; empty where there is only one
    detail   TEXT NOT NULL,                 -- how many, or why
    since    INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX alarms_open ON alarms (kind, subject) WHERE ended_at IS NULL;
CREATE INDEX alarms_ended ON alarms (ended_at) WHERE ended_at IS NOT NULL;

-- Over which outlet an alarm was told, and that it is over.
CREATE TABLE alarm_tellings (
    alarm_id INTEGER NOT NULL REFERENCES alarms (id),
    outlet   TEXT NOT NULL,                 -- chat | program
    over     INTEGER NOT NULL,              -- 1: that it is over
    told_at  INTEGER NOT NULL,
    PRIMARY KEY (alarm_id, outlet, over)
) STRICT, WITHOUT ROWID;

-- Messages that keep themselves up to date: a card, a live count.
CREATE TABLE slots (
    chat_id     INTEGER NOT NULL REFERENCES chats (id),
    slot        TEXT NOT NULL,
    external_id TEXT NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (chat_id, slot)
) STRICT, WITHOUT ROWID;

-- What a press of a button does. The platform only ever sees the nonce.
CREATE TABLE buttons (
    nonce      TEXT PRIMARY KEY,
    chat_id    INTEGER NOT NULL REFERENCES chats (id),
    sender     TEXT,                        -- the only one who may press; none: authority decides
    action     TEXT NOT NULL,               -- JSON
    once       INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX buttons_expiry ON buttons (expires_at);

-- Bytes under their hash: pictures and attachments.
CREATE TABLE blobs (
    sha256     TEXT PRIMARY KEY,
    mime       TEXT NOT NULL,
    size       INTEGER NOT NULL,
    bytes      BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- What a platform calls a file that it already has, so that nothing is uploaded twice.
CREATE TABLE platform_files (
    channel TEXT NOT NULL,
    sha256  TEXT NOT NULL,
    kind    TEXT NOT NULL,
    file_id TEXT NOT NULL,
    PRIMARY KEY (channel, sha256, kind)
) STRICT, WITHOUT ROWID;

-- Which process does what only one may do.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until  INTEGER NOT NULL
) STRICT;

CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;

-- Who did what. Append-only; each entry holds the hash of the one before it.
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    actor     TEXT NOT NULL,                -- person:12 | command line | system
    action    TEXT NOT NULL,
    subject   TEXT NOT NULL,                -- notice:7 | incident:42
    detail    TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash      TEXT NOT NULL
) STRICT;
CREATE INDEX audit_subject ON audit (subject, id);
