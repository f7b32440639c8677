-- The whole schema of the first release. Times are epoch seconds, UTC. Other names end in their unit.

CREATE TABLE users (
  id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 128),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  email TEXT NOT NULL CHECK (email LIKE '%_@_%'),
  avatar TEXT,                                  -- an absolute URL, or a path of this Worker
  time_zone TEXT NOT NULL DEFAULT 'UTC',        -- IANA name
  locale TEXT NOT NULL DEFAULT 'en',            -- BCP 47
  reminders_enabled INTEGER NOT NULL DEFAULT 1 CHECK (reminders_enabled IN (0, 1)),
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE courses (
  id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 128),
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE enrollments (
  user_id TEXT NOT NULL REFERENCES users (id),
  course_id TEXT NOT NULL REFERENCES courses (id),
  enrolled_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, course_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
  course_id TEXT NOT NULL,
  student_id TEXT NOT NULL,
  teacher_id TEXT NOT NULL REFERENCES users (id),
  scheduled_start INTEGER NOT NULL,
  scheduled_end INTEGER NOT NULL,
  status TEXT NOT NULL DEFAULT 'scheduled'
    CHECK (status IN ('scheduled', 'in_progress', 'completed', 'no_show', 'cancelled')),
  no_show TEXT CHECK (no_show IN ('student', 'teacher')),   -- the absent person
  started_at INTEGER,                           -- when both were in the room for the first time
  ended_at INTEGER,
  sequence INTEGER NOT NULL DEFAULT 0,          -- SEQUENCE in calendars: rises with a change of times and a cancellation
  recording_enabled INTEGER NOT NULL DEFAULT 0 CHECK (recording_enabled IN (0, 1)),
  bbb_meeting_url TEXT,                         -- the platform's own BigBlueButton meeting for this session
  provider TEXT CHECK (provider IN ('peer', 'plugnmeet', 'bigbluebutton')),  -- NULL until somebody joins
  provider_room_id TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  FOREIGN KEY (student_id, course_id) REFERENCES enrollments (user_id, course_id),
  CHECK (scheduled_end > scheduled_start),
  CHECK (student_id <> teacher_id),
  CHECK ((status = 'no_show') = (no_show IS NOT NULL)),
  CHECK (status <> 'in_progress' OR started_at IS NOT NULL)
) STRICT;
CREATE INDEX sessions_by_status_and_end ON sessions (status, scheduled_end);
CREATE INDEX sessions_by_start ON sessions (scheduled_start);
CREATE INDEX sessions_by_student ON sessions (student_id, scheduled_start);
CREATE INDEX sessions_by_teacher ON sessions (teacher_id, scheduled_start);
CREATE UNIQUE INDEX sessions_by_provider_room ON sessions (provider, provider_room_id)
  WHERE provider_room_id IS NOT NULL;

-- One row for each person who was in the room. Only the Durable Object and the sweep write it, page loads never do.
CREATE TABLE attendance (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id),
  first_joined_at INTEGER NOT NULL,
  last_joined_at INTEGER NOT NULL,
  left_at INTEGER,                              -- NULL while the person is in the room
  PRIMARY KEY (session_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_resources (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  uploaded_by TEXT REFERENCES users (id),       -- NULL for recordings
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  type TEXT NOT NULL,                           -- media type, or 'recording'
  r2_key TEXT NOT NULL UNIQUE,
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  duration_seconds INTEGER CHECK (duration_seconds >= 0),
  status TEXT NOT NULL DEFAULT 'uploading' CHECK (status IN ('uploading', 'ready', 'failed', 'deleted')),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_resources_by_session ON session_resources (session_id, created_at);

CREATE TABLE feedback (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id),
  rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  comment TEXT,
  tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, user_id)
) STRICT, WITHOUT ROWID;

-- The ledger of reminders: one row for each session, person, kind and start of the session.
CREATE TABLE reminders (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL CHECK (kind IN ('24h', '1h', '15min')),
  scheduled_start INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'sending', 'sent', 'skipped', 'withdrawn', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  idempotency_key TEXT,
  payload TEXT CHECK (payload IS NULL OR json_valid(payload)),
  message_id TEXT,                              -- the mail service's id
  last_error TEXT,
  sent_at INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (session_id, user_id, kind, scheduled_start)
) STRICT;
CREATE INDEX reminders_by_state_and_due ON reminders (state, due_at);

CREATE TABLE recordings (
  record_id TEXT PRIMARY KEY,                   -- the provider's id
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  provider TEXT NOT NULL CHECK (provider IN ('plugnmeet', 'bigbluebutton')),
  resource_id TEXT REFERENCES session_resources (id),
  state TEXT NOT NULL DEFAULT 'announced' CHECK (state IN ('announced', 'copying', 'ready', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX recordings_by_session ON recordings (session_id);

-- Webhooks that were processed, so that a repeated delivery does nothing.
CREATE TABLE webhook_events (
  provider TEXT NOT NULL CHECK (provider IN ('plugnmeet', 'bigbluebutton', 'resend')),
  event_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (provider, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_events_by_received ON webhook_events (received_at);

CREATE TABLE analytics_events (
  id INTEGER PRIMARY KEY,
  event TEXT NOT NULL,
  session_id TEXT NOT NULL,
  data TEXT NOT NULL CHECK (json_valid(data)),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX analytics_events_by_session ON analytics_events (session_id, created_at);
CREATE INDEX analytics_events_by_created ON analytics_events (created_at);

-- Mail in deployments without a mail service; /dev/outbox shows it.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  to_email TEXT NOT NULL,
  subject TEXT NOT NULL,
  html TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_created ON outbox (created_at);
