-- The board of a session as it was last saved, and its pictures. The room owns a live board; these rows tell what lies
-- in R2, for the page afterwards, for the next session of the two, and for the purge.
CREATE TABLE boards (
  session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  r2_key TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,                     -- the room's number of the last change that is saved
  first_page TEXT,                              -- the id of the first page; NULL if all pages are deleted
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  saved_at INTEGER NOT NULL
) STRICT;

CREATE TABLE board_images (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  r2_key TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,                           -- its media type, from its first bytes
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  width INTEGER NOT NULL CHECK (width > 0),
  height INTEGER NOT NULL CHECK (height > 0),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX board_images_by_session ON board_images (session_id);
