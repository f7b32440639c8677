-- Limits of repeated work, and the rooms of deleted sessions. Times are epoch seconds, UTC.

-- The largest number of parts that ever had arrived. Only more parts are progress, after which `attempts` starts again.
ALTER TABLE recordings ADD COLUMN most_parts INTEGER NOT NULL DEFAULT 0;

-- The last item that a job has seen, for a job that goes through names and not through times.
ALTER TABLE progress ADD COLUMN last_seen TEXT NOT NULL DEFAULT '';

-- A chat is stored in its room. After the deletion of a session nothing else refers to its room, so the session's id must
-- be inserted here first (docs/privacy.md). A row stays until its room has deleted the chat.
CREATE TABLE deleted_sessions (
  id TEXT PRIMARY KEY,
  deleted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
