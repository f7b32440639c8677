-- What the platform hears: one row for each thing that happened in a session. Triggers write the rows, so an event is
-- written in the transaction of what it tells, whichever code does that. docs/integration.md describes the events.
CREATE TABLE platform_events (
  number INTEGER PRIMARY KEY AUTOINCREMENT,     -- the order of the log, of all sessions together
  id TEXT UNIQUE,                               -- the same at each delivery; set by number_event, like `sequence`
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  sequence INTEGER,                             -- the order within the session: 1, 2, 3...
  type TEXT NOT NULL,
  data TEXT NOT NULL CHECK (json_valid(data)),
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0,        -- pending: when to deliver, or when the lease of a delivery ends
  last_error TEXT,
  delivered_at INTEGER,
  UNIQUE (session_id, sequence)
) STRICT;
CREATE INDEX platform_events_pending ON platform_events (session_id, number) WHERE state = 'pending';
CREATE INDEX platform_events_due ON platform_events (not_before) WHERE state = 'pending';
CREATE INDEX platform_events_dead ON platform_events (number) WHERE state = 'dead';
CREATE INDEX platform_events_by_age ON platform_events (created_at);

-- The sequence of the session's newest event. It goes on when old events are purged.
ALTER TABLE sessions ADD COLUMN event_sequence INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER number_event AFTER INSERT ON platform_events BEGIN
  UPDATE sessions SET event_sequence = event_sequence + 1 WHERE id = new.session_id;
  UPDATE platform_events
     SET (sequence, data) = (
           SELECT event_sequence, CASE new.data ->> 'user_id'
                    WHEN student_id THEN json_set(new.data, '$.role', 'student')
                    WHEN teacher_id THEN json_set(new.data, '$.role', 'teacher')
                    ELSE new.data END
             FROM sessions WHERE id = new.session_id),
         id = 'evt_' || lower(hex(randomblob(16)))
   WHERE number = new.number;
END;

CREATE TRIGGER tell_session_booked AFTER INSERT ON sessions BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.id, 'session.booked', new.created_at, json_object(
    'student_id', new.student_id, 'teacher_id', new.teacher_id, 'course_id', new.course_id,
    'scheduled_start', new.scheduled_start, 'scheduled_end', new.scheduled_end));
END;

CREATE TRIGGER tell_session_rescheduled AFTER UPDATE OF scheduled_start, scheduled_end ON sessions
WHEN (new.scheduled_start, new.scheduled_end) IS NOT (old.scheduled_start, old.scheduled_end) BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.id, 'session.rescheduled', new.updated_at, json_object(
    'scheduled_start', new.scheduled_start, 'scheduled_end', new.scheduled_end,
    'previous_start', old.scheduled_start, 'previous_end', old.scheduled_end,
    -- The person who asked for another time, and whose request was accepted; null: the platform has moved the session.
    'asked_by', (SELECT asked_by FROM reschedules
                  WHERE session_id = new.id AND state = 'accepted' AND answered_at = new.updated_at)));
END;

CREATE TRIGGER tell_session_cancelled AFTER UPDATE OF status ON sessions
WHEN new.status = 'cancelled' AND old.status <> 'cancelled' BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.id, 'session.cancelled', new.updated_at, json_object('previous_status', old.status));
END;

CREATE TRIGGER tell_session_started AFTER UPDATE OF started_at ON sessions
WHEN new.started_at IS NOT NULL AND old.started_at IS NULL BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.id, 'session.started', new.updated_at, json_object('started_at', new.started_at));
END;

CREATE TRIGGER tell_session_no_show AFTER UPDATE OF status ON sessions
WHEN new.status = 'no_show' AND old.status <> 'no_show' BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.id, 'session.no_show', new.updated_at, json_object('absent', new.no_show));
END;

CREATE TRIGGER tell_session_ended AFTER UPDATE OF ended_at, status ON sessions
WHEN new.ended_at IS NOT NULL AND old.ended_at IS NULL AND new.status <> 'cancelled' BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.id, 'session.ended', new.updated_at, json_object(
    'started_at', new.started_at, 'ended_at', new.ended_at, 'status', new.status));
END;

CREATE TRIGGER tell_participant_joined AFTER INSERT ON attendance BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.session_id, 'participant.joined', new.last_joined_at, json_object(
    'user_id', new.user_id, 'joined_at', new.last_joined_at));
END;

CREATE TRIGGER tell_participant_joined_again AFTER UPDATE OF left_at ON attendance
WHEN new.left_at IS NULL AND old.left_at IS NOT NULL BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.session_id, 'participant.joined', new.last_joined_at, json_object(
    'user_id', new.user_id, 'joined_at', new.last_joined_at));
END;

CREATE TRIGGER tell_participant_left AFTER UPDATE OF left_at ON attendance
WHEN new.left_at IS NOT NULL AND old.left_at IS NULL BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.session_id, 'participant.left', new.left_at, json_object(
    'user_id', new.user_id, 'joined_at', new.last_joined_at, 'left_at', new.left_at));
END;

-- The session was moved out of the hours of its room while the person was there.
CREATE TRIGGER tell_participant_removed AFTER DELETE ON attendance WHEN old.left_at IS NULL BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  SELECT id, 'participant.left', updated_at, json_object(
           'user_id', old.user_id, 'joined_at', old.last_joined_at, 'left_at', max(old.last_joined_at, updated_at))
    FROM sessions WHERE id = old.session_id;
END;

CREATE TRIGGER tell_reschedule_requested AFTER INSERT ON reschedules BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.session_id, 'reschedule.requested', new.created_at, json_object(
    'request_id', new.id, 'asked_by', new.asked_by, 'proposed_starts', json(new.proposed_starts)));
END;

CREATE TRIGGER tell_reschedule_declined AFTER UPDATE OF state ON reschedules
WHEN new.state = 'declined' AND old.state = 'open' BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.session_id, 'reschedule.declined', new.answered_at, json_object(
    'request_id', new.id, 'asked_by', new.asked_by));
END;

CREATE TRIGGER tell_feedback_given AFTER INSERT ON feedback BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.session_id, 'feedback.submitted', new.updated_at, json_object(
    'user_id', new.user_id, 'rating', new.rating));
END;

CREATE TRIGGER tell_feedback_changed AFTER UPDATE OF rating, comment, tags ON feedback
WHEN (new.rating, new.comment, new.tags) IS NOT (old.rating, old.comment, old.tags) BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.session_id, 'feedback.submitted', new.updated_at, json_object(
    'user_id', new.user_id, 'rating', new.rating));
END;

CREATE TRIGGER tell_resource_added AFTER UPDATE OF status ON session_resources
WHEN new.status = 'ready' AND old.status <> 'ready' BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (
    new.session_id,
    iif(new.type = 'recording' AND old.status = 'uploading', 'recording.ready', 'resource.added'),
    new.updated_at,
    json_object('resource_id', new.id, 'type', new.type, 'name', new.name, 'size_bytes', new.size_bytes,
                'duration_seconds', new.duration_seconds));
END;

CREATE TRIGGER tell_resource_removed AFTER UPDATE OF status ON session_resources
WHEN new.status IN ('deleted', 'failed') AND old.status = 'ready' BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.session_id, 'resource.removed', new.updated_at, json_object(
    'resource_id', new.id, 'type', new.type, 'name', new.name));
END;

CREATE TRIGGER tell_recording_failed AFTER UPDATE OF state ON recordings
WHEN new.state = 'failed' AND old.state <> 'failed' BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.session_id, 'recording.failed', new.updated_at, json_object(
    'record_id', new.record_id, 'error', new.last_error));
END;

CREATE TRIGGER tell_board_saved AFTER INSERT ON boards BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.session_id, 'board.saved', new.saved_at, json_object('version', new.version));
END;

CREATE TRIGGER tell_board_saved_again AFTER UPDATE OF version ON boards BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.session_id, 'board.saved', new.saved_at, json_object('version', new.version));
END;

CREATE TRIGGER tell_reminder AFTER UPDATE OF state ON mails
WHEN new.kind IN ('24h', '1h', '15min') AND new.state IN ('sent', 'dead') AND old.state NOT IN ('sent', 'dead') BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (
    new.session_id, iif(new.state = 'sent', 'reminder.sent', 'reminder.failed'), coalesce(new.sent_at, new.due_at),
    json_object('user_id', new.user_id, 'kind', new.kind, 'scheduled_start', new.scheduled_start));
END;
