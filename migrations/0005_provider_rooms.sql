-- 1: the session was moved out of reach of the provider's room that its row names, so that call is over. The name stays for
-- the end of the call, its webhooks and its recordings, until somebody joins the next call, which gets another name.
ALTER TABLE sessions ADD COLUMN provider_room_over INTEGER NOT NULL DEFAULT 0 CHECK (provider_room_over IN (0, 1));
