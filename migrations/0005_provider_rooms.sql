-- 1: the session was moved to a time when the provider's room in its row is closed, so that call is over. The room's name
-- stays, for the end of the call, its webhooks and its recordings, until somebody joins the next call, which gets a new name.
ALTER TABLE sessions ADD COLUMN provider_room_over INTEGER NOT NULL DEFAULT 0 CHECK (provider_room_over IN (0, 1));
