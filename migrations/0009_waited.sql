-- The beginning of the person's first finished stay that lasted five minutes after the session's start, if they have come
-- back since. NULL: no such stay; the last stay is in the other columns.
ALTER TABLE attendance ADD COLUMN began_waiting_at INTEGER;
