-- Recordings that a person's own browser makes and sends, piece by piece: provider `peer`. SQLite cannot change a CHECK, so
-- the table is built anew; nothing refers to it. Times are epoch seconds, UTC.

CREATE TABLE recordings_new (
  record_id TEXT PRIMARY KEY,                   -- the provider's id; ours, if a browser records
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  provider TEXT NOT NULL CHECK (provider IN ('peer', 'plugnmeet', 'bigbluebutton')),
  resource_id TEXT REFERENCES session_resources (id),
  state TEXT NOT NULL DEFAULT 'announced' CHECK (state IN ('receiving', 'announced', 'copying', 'ready', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,                  -- of a `receiving` one: when its last piece arrived
  lease_until INTEGER NOT NULL DEFAULT 0,       -- until when a consumer may copy it
  retry_at INTEGER NOT NULL DEFAULT 0,          -- when the queue delivers it next
  announced_bytes INTEGER,                      -- the provider's length, which may be rounded
  source TEXT,                                  -- the version (length and ETag) of the source that has the parts
  -- The largest number of parts that ever had arrived. Only more parts are progress, after which `attempts` starts again.
  most_parts INTEGER NOT NULL DEFAULT 0,
  sender_id TEXT REFERENCES users (id),         -- whose browser records; NULL if a provider does, as the next two
  device TEXT,                                  -- a random word of that browser, which finds its recording again
  format TEXT CHECK (format IN ('mp4', 'webm')),
  received_bytes INTEGER NOT NULL DEFAULT 0 CHECK (received_bytes >= 0),
  CHECK ((sender_id IS NOT NULL) = (provider = 'peer')),
  CHECK ((device IS NOT NULL) = (provider = 'peer')),
  CHECK ((format IS NOT NULL) = (provider = 'peer')),
  CHECK (provider = 'peer' OR state <> 'receiving')
) STRICT;
INSERT INTO recordings_new (record_id, session_id, provider, resource_id, state, attempts, last_error, created_at, updated_at,
                            lease_until, retry_at, announced_bytes, source, most_parts)
SELECT record_id, session_id, provider, resource_id, state, attempts, last_error, created_at, updated_at,
       lease_until, retry_at, announced_bytes, source, most_parts
  FROM recordings;
DROP TABLE recordings;
ALTER TABLE recordings_new RENAME TO recordings;
CREATE INDEX recordings_by_session ON recordings (session_id);
CREATE INDEX recordings_by_state ON recordings (state, retry_at);
CREATE INDEX recordings_by_resource ON recordings (resource_id);

-- What has arrived of a browser's recording: an object in R2 for each piece, until the recording is ready.
CREATE TABLE received_pieces (
  record_id TEXT NOT NULL REFERENCES recordings (record_id) ON DELETE CASCADE,
  start_byte INTEGER NOT NULL CHECK (start_byte >= 0),
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  r2_key TEXT NOT NULL UNIQUE,
  PRIMARY KEY (record_id, start_byte)
) STRICT, WITHOUT ROWID;
