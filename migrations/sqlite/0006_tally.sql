-- What units count of their own work. The same tables for PostgreSQL are in ../postgres; a test compares them.

-- What somebody entered for a unit and a month, in one line. Never changed: a correction is another line.
CREATE TABLE tally_lines (
    id        INTEGER PRIMARY KEY,
    unit_id   INTEGER NOT NULL REFERENCES units (id),
    month     INTEGER NOT NULL,             -- 202611
    person_id INTEGER NOT NULL REFERENCES people (id),
    at        INTEGER NOT NULL,
    state     TEXT NOT NULL,                -- counts | corrected | removed
    corrects  INTEGER REFERENCES tally_lines (id)
) STRICT;
CREATE INDEX tally_lines_person ON tally_lines (person_id, id);
CREATE INDEX tally_lines_unit ON tally_lines (unit_id, month);

CREATE TABLE tally_values (
    line_id   INTEGER NOT NULL REFERENCES tally_lines (id),
    indicator TEXT NOT NULL,                -- the code in the configuration
    value     INTEGER NOT NULL,
    PRIMARY KEY (line_id, indicator)
) STRICT, WITHOUT ROWID;

-- Which units were asked for a month, and when they are reminded.
CREATE TABLE tally_asked (
    month       INTEGER NOT NULL,
    unit_id     INTEGER NOT NULL REFERENCES units (id),
    asked_at    INTEGER NOT NULL,
    remind_at   INTEGER NOT NULL,
    reminded_at INTEGER,                    -- also where there was nothing to remind of any more
    PRIMARY KEY (month, unit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tally_asked_unit ON tally_asked (unit_id, month);
CREATE INDEX tally_asked_remind ON tally_asked (remind_at) WHERE reminded_at IS NULL;
