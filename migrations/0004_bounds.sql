-- What bounds repeated work, and what finds the data of sessions that were deleted. Times are epoch seconds, UTC.

-- The most parts that had ever arrived at once: only beyond them has an attempt got further. `attempts` count from there.
ALTER TABLE recordings ADD COLUMN most_parts INTEGER NOT NULL DEFAULT 0;

-- Somebody was in the room while `recording_enabled` was 1; the platform has switched it off since.
ALTER TABLE sessions ADD COLUMN was_recorded INTEGER NOT NULL DEFAULT 0 CHECK (was_recorded IN (0, 1));
