-- Whom notices are for, kept under a name. The same tables for PostgreSQL are in ../postgres.

-- What people, units and groups are marked with: one of the three in every row.
CREATE TABLE tags (
    id        INTEGER PRIMARY KEY,
    name      TEXT NOT NULL,                -- as it is shown
    folded    TEXT NOT NULL,                -- the name without case and diacritics: what makes two tags the same
    person_id INTEGER REFERENCES people (id),
    unit_id   INTEGER REFERENCES units (id), -- the people and groups of that unit
    chat_id   INTEGER REFERENCES chats (id), -- a group
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tags_folded ON tags (folded);
CREATE UNIQUE INDEX tags_person ON tags (person_id, folded) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX tags_unit ON tags (unit_id, folded) WHERE unit_id IS NOT NULL;
CREATE UNIQUE INDEX tags_chat ON tags (chat_id, folded) WHERE chat_id IS NOT NULL;

-- Audiences under a name, as people write them; looked at anew whenever something is sent.
CREATE TABLE audiences (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    folded     TEXT NOT NULL UNIQUE,
    text       TEXT NOT NULL,               -- 'unit:Xã A/*; -group:Nhóm B'
    unit_id    INTEGER REFERENCES units (id), -- whose editors, and those above, use and change it; none: those at the top
    author_id  INTEGER REFERENCES people (id), -- none: the command line
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- Who has confirmed anything lately.
CREATE INDEX confirmations_at ON confirmations (at);

-- Whom a preview counts: read from end to end, and not the rows themselves.
CREATE INDEX people_state ON people (state);
CREATE INDEX chats_first ON chats (channel, person_id) WHERE kind = 'private' AND state = 'open' AND spare = 0;
CREATE INDEX chats_other ON chats (person_id) WHERE kind = 'private' AND (state <> 'open' OR spare <> 0);
