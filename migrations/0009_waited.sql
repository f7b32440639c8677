-- Since when a person waited who has come back since: the beginning of their first finished stay that
-- lasted five minutes after the session's start. NULL: no such stay, but the last one may be.
ALTER TABLE attendance ADD COLUMN began_waiting_at INTEGER;
