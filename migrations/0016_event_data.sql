-- What a platform missed in the data of some events: docs/integration.md describes all of it.

DROP TRIGGER tell_session_booked;
CREATE TRIGGER tell_session_booked AFTER INSERT ON sessions BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.id, 'session.booked', new.created_at, json_object(
    'student_id', new.student_id, 'teacher_id', new.teacher_id, 'course_id', new.course_id,
    'scheduled_start', new.scheduled_start, 'scheduled_end', new.scheduled_end,
    'recording_enabled', json(iif(new.recording_enabled, 'true', 'false'))));
END;

-- Also the status: a no-show that is moved is open again. `asked_by` and `request_id` are null if the platform has moved it.
DROP TRIGGER tell_session_rescheduled;
CREATE TRIGGER tell_session_rescheduled AFTER UPDATE OF scheduled_start, scheduled_end ON sessions
WHEN (new.scheduled_start, new.scheduled_end) IS NOT (old.scheduled_start, old.scheduled_end) BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.id, 'session.rescheduled', new.updated_at, json_object(
    'scheduled_start', new.scheduled_start, 'scheduled_end', new.scheduled_end,
    'previous_start', old.scheduled_start, 'previous_end', old.scheduled_end,
    'status', new.status, 'asked_by', NULL, 'request_id', NULL));
END;

-- A request is accepted after the session was moved, in the same transaction, so the event is there already.
CREATE TRIGGER tell_whose_request_was_accepted AFTER UPDATE OF state ON reschedules
WHEN new.state = 'accepted' AND old.state = 'open' BEGIN
  UPDATE platform_events
     SET data = json_set(data, '$.asked_by', new.asked_by, '$.request_id', new.id)
   WHERE number = (SELECT max(number) FROM platform_events
                    WHERE session_id = new.session_id AND type = 'session.rescheduled');
END;

DROP TRIGGER tell_session_cancelled;
CREATE TRIGGER tell_session_cancelled AFTER UPDATE OF status ON sessions
WHEN new.status = 'cancelled' AND old.status <> 'cancelled' BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.id, 'session.cancelled', new.updated_at, json_object(
    'scheduled_start', new.scheduled_start, 'scheduled_end', new.scheduled_end, 'previous_status', old.status));
END;

DROP TRIGGER tell_session_ended;
CREATE TRIGGER tell_session_ended AFTER UPDATE OF ended_at, status ON sessions
WHEN new.ended_at IS NOT NULL AND old.ended_at IS NULL AND new.status <> 'cancelled' BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (new.id, 'session.ended', new.updated_at, json_object(
    'started_at', new.started_at, 'ended_at', new.ended_at, 'status', new.status, 'no_show', new.no_show));
END;

-- Also who added the file; null: it is a recording.
DROP TRIGGER tell_resource_added;
CREATE TRIGGER tell_resource_added AFTER UPDATE OF status ON session_resources
WHEN new.status = 'ready' AND old.status <> 'ready' BEGIN
  INSERT INTO platform_events (session_id, type, created_at, data)
  VALUES (
    new.session_id,
    iif(new.type = 'recording' AND old.status = 'uploading', 'recording.ready', 'resource.added'),
    new.updated_at,
    json_object('resource_id', new.id, 'type', new.type, 'name', new.name, 'size_bytes', new.size_bytes,
                'duration_seconds', new.duration_seconds, 'user_id', new.uploaded_by));
END;
