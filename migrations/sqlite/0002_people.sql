-- Enrolment: invites, consents, tries. The same tables for PostgreSQL are in ../postgres.

-- An invite to enrol at a unit with a role. Its token is a secret: only the hash is kept.
CREATE TABLE invites (
    id         INTEGER PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,        -- SHA-256, in hexadecimal
    unit_id    INTEGER NOT NULL REFERENCES units (id),
    role       TEXT NOT NULL,
    uses       INTEGER NOT NULL,            -- how many people may enrol with it
    used       INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    created_by INTEGER REFERENCES people (id), -- none: the command line
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX invites_unit ON invites (unit_id);

-- Who came in by which invite.
CREATE TABLE invite_uses (
    invite_id INTEGER NOT NULL REFERENCES invites (id),
    person_id INTEGER NOT NULL REFERENCES people (id),
    at        INTEGER NOT NULL,
    PRIMARY KEY (invite_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX invite_uses_person ON invite_uses (person_id);

-- Wrong invites by sender, so that nobody tries them one after the other.
CREATE TABLE invite_tries (
    channel TEXT NOT NULL,
    sender  TEXT NOT NULL,
    fails   INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (channel, sender)
) STRICT, WITHOUT ROWID;

-- Every consent that was given, with what proves to which wording.
CREATE TABLE consents (
    id           INTEGER PRIMARY KEY,
    person_id    INTEGER NOT NULL REFERENCES people (id),
    version      TEXT NOT NULL,
    lang         TEXT NOT NULL,
    wording_hash TEXT NOT NULL,             -- SHA-256 of the text that was shown, in hexadecimal
    given_at     INTEGER NOT NULL,
    withdrawn_at INTEGER
) STRICT;
CREATE INDEX consents_person ON consents (person_id);

-- When a group was told who loa is, so that it is told once; none again after the bot was removed.
ALTER TABLE chats ADD COLUMN greeted_at INTEGER;

-- Codes with which a person makes another chat theirs; of each only its hash is kept.
CREATE TABLE link_codes (
    code_hash  TEXT PRIMARY KEY,
    person_id  INTEGER NOT NULL REFERENCES people (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

-- What people asked about their own data: that it is put right, or erased. Administrators decide, by a deadline.
CREATE TABLE data_requests (
    id         INTEGER PRIMARY KEY,
    person_id  INTEGER NOT NULL REFERENCES people (id),
    kind       TEXT NOT NULL,               -- erase | correct
    text       TEXT NOT NULL,               -- what is wrong, in their words
    state      TEXT NOT NULL,               -- open | agreed (is erased as soon as they were told) | done | refused | withdrawn
    created_at INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    alarm_at   INTEGER NOT NULL,            -- from then on it is an alarm
    decided_at INTEGER,
    decided_by INTEGER REFERENCES people (id), -- none: nobody yet, or the command line
    reason     TEXT                         -- why it was refused
) STRICT;
CREATE UNIQUE INDEX data_requests_open ON data_requests (person_id, kind) WHERE state IN ('open', 'agreed');
CREATE INDEX data_requests_alarm ON data_requests (alarm_at) WHERE state = 'open';
CREATE INDEX data_requests_agreed ON data_requests (decided_at) WHERE state = 'agreed';

-- Who was erased. No name, nothing that leads to anybody: enough to erase them once more where an older copy of the
-- database comes back. The same list is in a file beside the database.
CREATE TABLE erasures (
    person_id INTEGER PRIMARY KEY REFERENCES people (id),
    since     INTEGER NOT NULL,             -- when they came into the list: with the number, who it was
    at        INTEGER NOT NULL
) STRICT;

-- What changes about people and units on a day: planned ahead, made when the day comes.
CREATE TABLE staff_changes (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,               -- retire | move | away | merge
    person_id  INTEGER REFERENCES people (id), -- none: it is a unit's
    unit_id    INTEGER REFERENCES units (id), -- move: from there (none: from everywhere); merge: what ends
    to_unit    INTEGER REFERENCES units (id), -- move, merge
    until      INTEGER,                     -- away: up to this moment
    at         INTEGER NOT NULL,
    state      TEXT NOT NULL,               -- planned | done | cancelled | refused (could not be made on its day)
    planned_by INTEGER REFERENCES people (id), -- none: the command line
    created_at INTEGER NOT NULL,
    done_at    INTEGER
) STRICT;
CREATE INDEX staff_changes_due ON staff_changes (at, id) WHERE state = 'planned';
CREATE INDEX staff_changes_person ON staff_changes (person_id) WHERE person_id IS NOT NULL;
