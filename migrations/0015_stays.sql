-- Each stay of a person in a room: `attendance` has the first and the last one only. Triggers follow `attendance`, whichever
-- code writes it. A person who is away for less than 15 s stays.
CREATE TABLE stays (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id),
  joined_at INTEGER NOT NULL,
  left_at INTEGER,                              -- NULL while the person is in the room
  PRIMARY KEY (session_id, user_id, joined_at)
) STRICT, WITHOUT ROWID;

-- Of earlier stays nothing is known but the last one.
INSERT INTO stays SELECT session_id, user_id, last_joined_at, left_at FROM attendance;

CREATE TRIGGER stay_begins AFTER INSERT ON attendance BEGIN
  INSERT INTO stays VALUES (new.session_id, new.user_id, new.last_joined_at, new.left_at)
  ON CONFLICT DO UPDATE SET left_at = excluded.left_at;
END;

CREATE TRIGGER stay_begins_again AFTER UPDATE OF left_at ON attendance
WHEN new.left_at IS NULL AND old.left_at IS NOT NULL BEGIN
  INSERT INTO stays VALUES (new.session_id, new.user_id, new.last_joined_at, NULL)
  ON CONFLICT DO UPDATE SET left_at = NULL;
END;

CREATE TRIGGER stay_ends AFTER UPDATE OF left_at ON attendance
WHEN new.left_at IS NOT NULL AND old.left_at IS NULL BEGIN
  UPDATE stays SET left_at = new.left_at
   WHERE session_id = new.session_id AND user_id = new.user_id AND left_at IS NULL;
END;

-- The session was moved: stays at its old time do not count.
CREATE TRIGGER stays_of_the_old_time AFTER DELETE ON attendance BEGIN
  DELETE FROM stays WHERE session_id = old.session_id AND user_id = old.user_id;
END;

-- What browsers report of devices and calls, for whoever answers "why could she not get in?".
CREATE TABLE call_reports (
  id INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('student', 'teacher')),
  what TEXT NOT NULL,                           -- 'call_connected', or the kind of the trouble
  browser TEXT NOT NULL,                        -- its family, such as 'Firefox on Windows'
  way TEXT,                                     -- call_connected: 'direct' or 'relayed'
  milliseconds INTEGER,                         -- call_connected: from Join, or from the loss, to the first picture
  again INTEGER NOT NULL DEFAULT 0,             -- call_connected: 1 after a loss
  reported_at INTEGER NOT NULL
) STRICT;
CREATE INDEX call_reports_by_session ON call_reports (session_id, id);
CREATE INDEX call_reports_by_age ON call_reports (reported_at);

-- For pages of a list: sessions in the order of their start, then of their id.
CREATE INDEX sessions_by_start_and_id ON sessions (scheduled_start, id);
