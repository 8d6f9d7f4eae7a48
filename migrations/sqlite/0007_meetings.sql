-- Meetings to which notices call. The same tables for PostgreSQL are in ../postgres; a test compares them.

-- What a notice calls to.
CREATE TABLE meetings (
    notice_id    INTEGER PRIMARY KEY REFERENCES notices (id),
    starts_at    INTEGER,                   -- none while the call is written
    ends_at      INTEGER,                   -- none: not said
    place        TEXT,                      -- none while the call is written
    uid          TEXT NOT NULL,             -- by which calendars know it again
    sequence     INTEGER NOT NULL DEFAULT 0, -- of what calendars are given: higher at every change
    round        INTEGER NOT NULL DEFAULT 0, -- how often its time was changed: answers to an earlier time are old
    stamped_at   INTEGER NOT NULL,          -- when it was last written or changed
    cancelled_at INTEGER
) STRICT;

-- What each who was called answers: the newest answer counts, over whichever chat it came.
CREATE TABLE meeting_answers (
    notice_id   INTEGER NOT NULL REFERENCES meetings (notice_id),
    person_id   INTEGER NOT NULL REFERENCES people (id),
    delivery_id INTEGER NOT NULL REFERENCES deliveries (id), -- their own, or that of the group in which they answered
    answer      TEXT NOT NULL,              -- coming | away | stand_in
    line        TEXT,                       -- why away, or who comes instead; none: not said yet
    round       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (notice_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX meeting_answers_person ON meeting_answers (person_id);
CREATE INDEX meeting_answers_delivery ON meeting_answers (delivery_id);

-- What those who were called are told after the call, each when it is due.
CREATE TABLE meeting_steps (
    notice_id INTEGER NOT NULL REFERENCES meetings (notice_id),
    seq       INTEGER NOT NULL,
    kind      TEXT NOT NULL,                -- day | hour: reminders | time | place: changes | cancelled
    was       TEXT,                         -- of a change: what was said until then
    upto      INTEGER,               -- of a change: the call as it was is in messages up to this one
    due_at    INTEGER NOT NULL,
    cursor    INTEGER NOT NULL DEFAULT 0,   -- the chats up to this one were told
    done_at   INTEGER,
    PRIMARY KEY (notice_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX meeting_steps_due ON meeting_steps (due_at) WHERE done_at IS NULL;

-- Changes of time or place: proposed by who wrote the call, or made by who may approve them.
CREATE TABLE meeting_changes (
    id         INTEGER PRIMARY KEY,
    notice_id  INTEGER NOT NULL REFERENCES meetings (notice_id),
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER,
    place      TEXT NOT NULL,
    by_id      INTEGER REFERENCES people (id), -- none: the command line
    state      TEXT NOT NULL,               -- waits | made | refused | replaced (by a later one)
    created_at INTEGER NOT NULL,
    decided_by INTEGER REFERENCES people (id),
    decided_at INTEGER
) STRICT;
CREATE UNIQUE INDEX meeting_changes_waiting ON meeting_changes (notice_id) WHERE state = 'waits';
