-- Calls for input: notices that ask every unit for an answer. The same tables for PostgreSQL are in ../postgres; a test
-- compares them.

-- What a notice asks for. Asked are the units of all whom its edition is for.
CREATE TABLE calls (
    notice_id INTEGER PRIMARY KEY REFERENCES notices (id),
    kind      TEXT NOT NULL,                -- text | number | file
    due_at    INTEGER NOT NULL
) STRICT;

-- What units answered, never changed: the newest of a unit counts, unless a file of it was lost.
CREATE TABLE call_answers (
    id          INTEGER PRIMARY KEY,
    notice_id   INTEGER NOT NULL REFERENCES notices (id),
    unit_id     INTEGER NOT NULL REFERENCES units (id),
    delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
    person_id   INTEGER REFERENCES people (id), -- none: they were erased
    chat_id     INTEGER NOT NULL REFERENCES chats (id), -- where they answered
    at          INTEGER NOT NULL,
    late        INTEGER NOT NULL,
    text        TEXT,
    number      INTEGER,                    -- in ten-thousandths
    lost        INTEGER NOT NULL DEFAULT 0  -- 1: a file of it cannot be had
) STRICT;
CREATE INDEX call_answers_unit ON call_answers (notice_id, unit_id, id);
CREATE INDEX call_answers_person ON call_answers (person_id);

-- The files of an answer, fetched after it came in.
CREATE TABLE call_files (
    answer_id INTEGER NOT NULL REFERENCES call_answers (id),
    seq       INTEGER NOT NULL,
    name      TEXT NOT NULL,
    mime      TEXT NOT NULL,
    channel   TEXT NOT NULL,
    file_id   TEXT NOT NULL,
    sha256    TEXT,                         -- none until it is fetched
    attempts  INTEGER NOT NULL DEFAULT 0,
    next_try  INTEGER NOT NULL DEFAULT 0,
    error     TEXT,                         -- it cannot be had
    PRIMARY KEY (answer_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_files_wanted ON call_files (next_try) WHERE sha256 IS NULL AND error IS NULL;
CREATE INDEX call_files_sha256 ON call_files (sha256);

-- When who is missing is reminded, and the author hears of them.
CREATE TABLE call_steps (
    notice_id INTEGER NOT NULL REFERENCES notices (id),
    kind      TEXT NOT NULL,                -- ahead | over
    due_at    INTEGER NOT NULL,
    cursor    INTEGER NOT NULL DEFAULT 0,   -- the chats up to this one were reminded
    done_at   INTEGER,
    PRIMARY KEY (notice_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_steps_due ON call_steps (due_at) WHERE done_at IS NULL;

-- Tables and archives of what came in that somebody asked for.
CREATE TABLE call_outputs (
    id        INTEGER PRIMARY KEY,
    notice_id INTEGER NOT NULL REFERENCES notices (id),
    chat_id   INTEGER NOT NULL REFERENCES chats (id),
    kind      TEXT NOT NULL,                -- table | archive
    wanted_at INTEGER NOT NULL,
    done_at   INTEGER,
    files     TEXT NOT NULL DEFAULT '[]'    -- JSON: the SHA-256 of what was made
) STRICT;
CREATE INDEX call_outputs_wanted ON call_outputs (id) WHERE done_at IS NULL;
