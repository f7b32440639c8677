-- The minute's sweep looks for stays that no room has ended. There are as many as people in rooms.
CREATE INDEX attendance_open ON attendance (session_id) WHERE left_at IS NULL;
