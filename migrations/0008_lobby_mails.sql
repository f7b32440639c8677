-- Whether a "waiting" mail was asked for in the lobby: 1 or 0. Nobody's attendance shows who waits there.
ALTER TABLE mails ADD COLUMN from_lobby INTEGER NOT NULL DEFAULT 0 CHECK (from_lobby IN (0, 1));
