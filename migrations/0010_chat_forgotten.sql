-- When the room deleted a chat that had lines. NULL: it never did, so an empty chat was always empty.
ALTER TABLE sessions ADD COLUMN chat_forgotten_at INTEGER;
