-- What bounds repeated work, and what finds the data of sessions that were deleted. Times are epoch seconds, UTC.

-- The most parts that had ever arrived at once: only beyond them has an attempt got further. `attempts` count from there.
ALTER TABLE recordings ADD COLUMN most_parts INTEGER NOT NULL DEFAULT 0;
