-- Whether a "waiting" mail was requested in the lobby: 1 or 0. Attendance does not show people in the lobby.
ALTER TABLE mails ADD COLUMN from_lobby INTEGER NOT NULL DEFAULT 0 CHECK (from_lobby IN (0, 1));
