-- Whether anybody wrote in the room's chat, as the room says: 1 or 0. NULL: the room has not said so.
ALTER TABLE sessions ADD COLUMN has_chat INTEGER CHECK (has_chat IN (0, 1));
