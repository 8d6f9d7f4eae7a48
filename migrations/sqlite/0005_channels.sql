-- What channels besides Telegram need. The same tables for the other engine are beside this; a test compares them.

-- Tokens of a platform on which they run out. The refresh token is good once: the pair that it gives is here before
-- anybody uses it.
CREATE TABLE oauth_tokens (
    channel       TEXT PRIMARY KEY,
    access_token  TEXT,                     -- none until the first renewal
    access_until  INTEGER NOT NULL,
    refresh_token TEXT NOT NULL,            -- empty: somebody has to enter one
    refresh_until INTEGER NOT NULL,
    renewing_by   TEXT,                     -- who asks for a new pair just now, or asked and heard nothing
    renewing_until INTEGER NOT NULL DEFAULT 0, -- nobody else does before
    failure       TEXT,                     -- missing | spent | refused | unreachable; none: all is well
    detail        TEXT NOT NULL DEFAULT '', -- what the platform said
    failing_since INTEGER,
    renewed_at    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Until when a person can be written to over an Official Account, and at what price.
CREATE TABLE oa_windows (
    chat_id INTEGER PRIMARY KEY REFERENCES chats (id),
    wrote_at INTEGER NOT NULL,                -- the person's last message
    replies INTEGER NOT NULL                  -- how many were sent since
) STRICT;

-- Receipts name messages as the platform does.
CREATE INDEX messages_external ON messages (external_id) WHERE channel = 'zalo_oa';
