-- What comes after a session: uploads that may take several sittings, recordings on their way, and what is deleted.
-- Times are epoch seconds, UTC.

ALTER TABLE session_resources ADD COLUMN etag TEXT;             -- R2's, once it is ready
ALTER TABLE session_resources ADD COLUMN upload_id TEXT;        -- R2's, while it arrives in parts
ALTER TABLE session_resources ADD COLUMN upload_key TEXT;       -- by which the browser finds its unfinished upload again
ALTER TABLE session_resources ADD COLUMN part_bytes INTEGER CHECK (part_bytes > 0);
ALTER TABLE session_resources ADD COLUMN deleted_at INTEGER;    -- until the purge it can be restored
CREATE INDEX session_resources_by_status ON session_resources (status, updated_at);
CREATE UNIQUE INDEX session_resources_resumable ON session_resources (session_id, upload_key)
  WHERE status = 'uploading' AND upload_key IS NOT NULL;

-- What R2 has of an unfinished upload or recording. All parts but the last have the same length.
CREATE TABLE upload_parts (
  resource_id TEXT NOT NULL REFERENCES session_resources (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 10000),
  etag TEXT NOT NULL,
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  PRIMARY KEY (resource_id, number)
) STRICT, WITHOUT ROWID;

ALTER TABLE recordings ADD COLUMN lease_until INTEGER NOT NULL DEFAULT 0;   -- while a consumer copies it
ALTER TABLE recordings ADD COLUMN retry_at INTEGER NOT NULL DEFAULT 0;      -- when the queue brings it next
CREATE INDEX recordings_by_state ON recordings (state, retry_at);
CREATE INDEX recordings_by_resource ON recordings (resource_id);

-- When the provider was last asked for recordings whose webhook may have been lost.
ALTER TABLE sessions ADD COLUMN recordings_asked_at INTEGER;
CREATE INDEX sessions_recorded ON sessions (ended_at) WHERE recording_enabled = 1 AND provider IS NOT NULL;
CREATE INDEX sessions_by_end ON sessions (scheduled_end, id);

ALTER TABLE recordings ADD COLUMN announced_bytes INTEGER;      -- roughly, as the provider says
ALTER TABLE recordings ADD COLUMN source TEXT;                  -- the version of the source that the parts came from
