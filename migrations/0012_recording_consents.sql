-- What each person has answered to "may this session be recorded?", before a browser records it. A row a decision: the
-- newest row of a person counts, and the older ones tell what was agreed to at which time.
CREATE TABLE recording_consents (
  id INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('student', 'teacher')),
  agreed INTEGER NOT NULL CHECK (agreed IN (0, 1)),
  words TEXT NOT NULL,                          -- the version of the sentence that the person has read: domain/consent.py
  decided_at INTEGER NOT NULL
) STRICT;
CREATE INDEX recording_consents_by_session ON recording_consents (session_id, id);
