-- Quick reports and the cases that they make. Instants are microseconds since 1970 (UTC), truths 0 and 1.
-- The same tables for PostgreSQL are in ../postgres; a test compares them.

-- The case. Every report belongs to exactly one.
CREATE TABLE incidents (
    id              INTEGER PRIMARY KEY,
    code            TEXT NOT NULL UNIQUE,      -- ML-2026-0042
    state           TEXT NOT NULL,             -- see domain::incident::State
    category        TEXT,                      -- the code of the category; none: not known
    category_name   TEXT,                      -- as the configuration named it on that day
    unit_id         INTEGER NOT NULL REFERENCES units (id),
    unit_known      INTEGER NOT NULL,          -- 0: nobody knows; unit_id is then the top of the tree
    text            TEXT NOT NULL,
    place           TEXT,
    latitude        REAL,
    longitude       REAL,
    restricted      INTEGER NOT NULL,          -- 1: see domain::incident::Mark
    holder_id       INTEGER REFERENCES people (id),
    forward_chat_id INTEGER REFERENCES chats (id),
    forward_unit_id INTEGER REFERENCES units (id),
    merged_into     INTEGER REFERENCES incidents (id),
    question        TEXT,                      -- asked, not answered yet
    result          TEXT,                      -- what the unit or the duty officer reported last
    allowed_micros  INTEGER NOT NULL,          -- how much working time it has
    due_at          INTEGER NOT NULL,
    late            INTEGER NOT NULL DEFAULT 0, -- 1: it was reopened after a deadline that was not kept
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    retired_at      INTEGER,                     -- when reporters, pictures and numbers were taken out
    -- A complaint or denunciation is for duty officers only: it never lies with a unit.
    CHECK (restricted = 0 OR (restricted = 1 AND forward_unit_id IS NULL AND forward_chat_id IS NULL))
) STRICT;
-- Cases that somebody still has to do something about: domain::incident::State::is_open. The index is of the same words,
-- without which SQLite looks at every case there is.
CREATE VIEW open_incidents AS
    SELECT * FROM incidents WHERE state NOT IN ('settled', 'confirmed', 'closed', 'rejected', 'withdrawn', 'merged');
CREATE INDEX incidents_open ON incidents (created_at)
    WHERE state NOT IN ('settled', 'confirmed', 'closed', 'rejected', 'withdrawn', 'merged');
-- Cases that nothing happens to any more, until they are retired: domain::incident::State::is_over.
CREATE INDEX incidents_over ON incidents (updated_at)
    WHERE retired_at IS NULL AND state IN ('confirmed', 'closed', 'rejected', 'withdrawn', 'merged');
CREATE INDEX incidents_created ON incidents (created_at);
CREATE INDEX incidents_unit ON incidents (unit_id, created_at);
CREATE INDEX incidents_forward ON incidents (forward_unit_id, created_at) WHERE forward_unit_id IS NOT NULL;
CREATE INDEX incidents_spot ON incidents (latitude, longitude) WHERE latitude IS NOT NULL;

-- What one reporter sent. The message that began it makes it one, however often it is handled.
CREATE TABLE reports (
    id          INTEGER PRIMARY KEY,
    incident_id INTEGER NOT NULL REFERENCES incidents (id),
    person_id   INTEGER NOT NULL REFERENCES people (id),
    chat_id     INTEGER NOT NULL REFERENCES chats (id),
    message_id  TEXT NOT NULL,
    text        TEXT NOT NULL,
    hidden      INTEGER NOT NULL,               -- 1: only duty officers know who it was
    created_at  INTEGER NOT NULL,
    UNIQUE (chat_id, message_id)
) STRICT;
CREATE INDEX reports_incident ON reports (incident_id);
CREATE INDEX reports_person ON reports (person_id, created_at);

-- What happened to a case. Append-only.
CREATE TABLE incident_steps (
    id          INTEGER PRIMARY KEY,
    incident_id INTEGER NOT NULL REFERENCES incidents (id),
    at          INTEGER NOT NULL,
    actor_id    INTEGER REFERENCES people (id), -- none: loa itself
    move        TEXT NOT NULL,
    text        TEXT NOT NULL
) STRICT;
CREATE INDEX incident_steps_incident ON incident_steps (incident_id, id);
CREATE INDEX incident_steps_actor ON incident_steps (actor_id, id) WHERE actor_id IS NOT NULL;

-- Where a card of the case is, that keeps itself up to date.
CREATE TABLE incident_cards (
    incident_id INTEGER NOT NULL REFERENCES incidents (id),
    chat_id     INTEGER NOT NULL REFERENCES chats (id),
    kind        TEXT NOT NULL,                 -- duty | unit | watch (somebody's private look at it) | bundle (counted only)
    PRIMARY KEY (incident_id, chat_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_cards_chat ON incident_cards (chat_id);

-- What a case may be the same as, or that a settled one is back.
CREATE TABLE incident_matches (
    incident_id INTEGER NOT NULL REFERENCES incidents (id),
    other_id    INTEGER NOT NULL REFERENCES incidents (id),
    kind        TEXT NOT NULL,                 -- same | again
    place       INTEGER NOT NULL,              -- 0 is the likeliest
    PRIMARY KEY (incident_id, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_matches_other ON incident_matches (other_id);

-- What the clock does about a case.
CREATE TABLE incident_deadlines (
    incident_id INTEGER NOT NULL REFERENCES incidents (id),
    kind        TEXT NOT NULL,                 -- half | soon | due | over1 … | close | answer0 … | progress0 | progress1
    at          INTEGER NOT NULL,
    urgent      INTEGER NOT NULL,              -- also outside working hours
    done_at     INTEGER,
    PRIMARY KEY (incident_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_deadlines_next ON incident_deadlines (at) WHERE done_at IS NULL;

-- Pictures that came in. Their bytes are in blobs.
CREATE TABLE media (
    id           INTEGER PRIMARY KEY,
    incident_id  INTEGER NOT NULL REFERENCES incidents (id),
    person_id    INTEGER NOT NULL REFERENCES people (id),
    chat_id      INTEGER NOT NULL REFERENCES chats (id),
    channel      TEXT NOT NULL,
    file_id      TEXT NOT NULL,
    document     TEXT,                         -- a document's name; none of a picture
    for_reporter INTEGER NOT NULL,             -- 1: evidence, shown to the reporters too
    state        TEXT NOT NULL,                -- wanted | stored | refused | gone
    sha256       TEXT,
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_try     INTEGER NOT NULL,
    reason       TEXT,
    created_at   INTEGER NOT NULL,
    UNIQUE (incident_id, file_id)
) STRICT;
CREATE INDEX media_person ON media (person_id, id);
CREATE INDEX media_wanted ON media (next_try) WHERE state = 'wanted';
CREATE INDEX media_blob ON media (sha256) WHERE sha256 IS NOT NULL;

-- Which picture was shown where, so that none is shown twice.
CREATE TABLE media_shown (
    media_id INTEGER NOT NULL REFERENCES media (id),
    chat_id  INTEGER NOT NULL REFERENCES chats (id),
    at       INTEGER NOT NULL,
    PRIMARY KEY (media_id, chat_id)
) STRICT, WITHOUT ROWID;
