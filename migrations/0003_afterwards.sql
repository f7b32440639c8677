-- Files after a session: uploads that can be resumed, copies of recordings, and deleted files.
-- Times are epoch seconds, UTC.

ALTER TABLE session_resources ADD COLUMN etag TEXT;             -- R2's ETag of a ready file
ALTER TABLE session_resources ADD COLUMN upload_id TEXT;        -- R2's id of the multipart upload, while the file arrives
ALTER TABLE session_resources ADD COLUMN upload_key TEXT;       -- the browser's key of an unfinished upload
ALTER TABLE session_resources ADD COLUMN part_bytes INTEGER CHECK (part_bytes > 0);
ALTER TABLE session_resources ADD COLUMN deleted_at INTEGER;    -- for some minutes after this the file can be restored
CREATE INDEX session_resources_by_status ON session_resources (status, updated_at);
CREATE UNIQUE INDEX session_resources_resumable ON session_resources (session_id, upload_key)
  WHERE status = 'uploading' AND upload_key IS NOT NULL;

-- The parts of an unfinished upload or recording in R2. All parts except the last have the same length.
CREATE TABLE upload_parts (
  resource_id TEXT NOT NULL REFERENCES session_resources (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 10000),
  etag TEXT NOT NULL,
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  PRIMARY KEY (resource_id, number)
) STRICT, WITHOUT ROWID;

ALTER TABLE recordings ADD COLUMN lease_until INTEGER NOT NULL DEFAULT 0;   -- until when a consumer may copy it
ALTER TABLE recordings ADD COLUMN retry_at INTEGER NOT NULL DEFAULT 0;      -- when the queue delivers it next
CREATE INDEX recordings_by_state ON recordings (state, retry_at);
CREATE INDEX recordings_by_resource ON recordings (resource_id);

-- When the provider was last queried for recordings, in case a webhook was lost.
ALTER TABLE sessions ADD COLUMN recordings_asked_at INTEGER;
CREATE INDEX sessions_recorded ON sessions (ended_at) WHERE recording_enabled = 1 AND provider IS NOT NULL;
CREATE INDEX sessions_by_end ON sessions (scheduled_end, id);

ALTER TABLE recordings ADD COLUMN announced_bytes INTEGER;      -- the provider's length, which may be rounded
ALTER TABLE recordings ADD COLUMN source TEXT;                  -- the version (length and ETag) of the source that has the parts
