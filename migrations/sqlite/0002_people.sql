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
