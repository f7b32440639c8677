-- Whether the room's chat has lines: 1 or 0. NULL: the room has not recorded it.
ALTER TABLE sessions ADD COLUMN has_chat INTEGER CHECK (has_chat IN (0, 1));
