-- What bounds repeated work, and what finds the data of sessions that were deleted. Times are epoch seconds, UTC.

-- The most parts that had ever arrived at once: only beyond them has an attempt got further. `attempts` count from there.
ALTER TABLE recordings ADD COLUMN most_parts INTEGER NOT NULL DEFAULT 0;

-- Where a job goes on that walks through things by their name, not by a time: the last one it has seen.
ALTER TABLE progress ADD COLUMN last_seen TEXT NOT NULL DEFAULT '';

-- Rooms keep their chat themselves. Nothing else would find that of a session which is no longer in this database: whoever
-- deletes one writes it here first (docs/privacy.md). A row stays until its room has forgotten the chat.
CREATE TABLE deleted_sessions (
  id TEXT PRIMARY KEY,
  deleted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
