-- All mail about sessions: one ledger for reminders and notices, with delivery events of the mail service; and requests
-- for another time. Times are epoch seconds, UTC.

-- When the present times were set; a reminder that was past by then is not sent. NULL: when the session was booked.
ALTER TABLE sessions ADD COLUMN timed_at INTEGER;

-- One row for each mail. A batch is the rows of one idempotency key: one call to the mail service, which is repeated with
-- the same rows until its result is known.
CREATE TABLE mails (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN (
    '24h', '1h', '15min', 'waiting', 'cancelled',
    'reschedule_asked', 'reschedule_accepted', 'reschedule_declined')),
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id),
  scheduled_start INTEGER NOT NULL,             -- the session's start that the mail is about
  reschedule_id TEXT NOT NULL DEFAULT '',       -- the request that the mail is about, if any
  due_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'sending', 'sent', 'skipped', 'withdrawn', 'dead')),
  not_before INTEGER NOT NULL DEFAULT 0,        -- pending: when to send; sending: when the lease ends
  attempts INTEGER NOT NULL DEFAULT 0,
  idempotency_key TEXT,
  payload TEXT CHECK (payload IS NULL OR json_valid(payload)),  -- the frozen text; NULL in a final state
  message_id TEXT,                              -- the mail service's id
  delivery TEXT CHECK (delivery IN ('delayed', 'delivered', 'failed', 'bounced', 'suppressed', 'complained')),
  last_error TEXT,
  sent_at INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (session_id, user_id, kind, scheduled_start, reschedule_id)
) STRICT;
CREATE INDEX mails_pending ON mails (not_before) WHERE state = 'pending';
CREATE INDEX mails_sending ON mails (not_before) WHERE state = 'sending';
CREATE INDEX mails_by_key ON mails (idempotency_key) WHERE state = 'sending';
CREATE INDEX mails_by_message ON mails (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX mails_dead ON mails (created_at) WHERE state = 'dead';

-- No release has written to the table `reminders`. A view keeps its name, for other readers of this database.
DROP TABLE reminders;
CREATE VIEW reminders AS
SELECT id, session_id, user_id, kind, scheduled_start, due_at, state, attempts, last_error, sent_at, created_at
  FROM mails WHERE kind IN ('24h', '1h', '15min');

-- The progress of repeated jobs, so that each run reads only new rows.
CREATE TABLE progress (
  job TEXT PRIMARY KEY,
  done_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Addresses to which no mail is sent any more.
CREATE TABLE suppressions (
  email TEXT PRIMARY KEY CHECK (email = lower(email)),
  reason TEXT NOT NULL CHECK (reason IN ('bounced', 'complained', 'suppressed')),
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Requests for another time; a session has at most one open request.
CREATE TABLE reschedules (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  asked_by TEXT NOT NULL REFERENCES users (id),
  scheduled_start INTEGER NOT NULL,             -- the session's start when the request was made
  proposed_starts TEXT NOT NULL CHECK (json_valid(proposed_starts)),
  reason TEXT,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')),
  chosen_start INTEGER,
  note TEXT,                                    -- the other person's text
  created_at INTEGER NOT NULL,
  answered_at INTEGER,
  CHECK ((state = 'accepted') = (chosen_start IS NOT NULL))
) STRICT;
CREATE INDEX reschedules_by_session ON reschedules (session_id, created_at);
CREATE UNIQUE INDEX reschedules_open ON reschedules (session_id) WHERE state = 'open';
