-- The name in running text, from the platform. NULL: texts use the whole name.
ALTER TABLE users ADD COLUMN given_name TEXT CHECK (length(given_name) BETWEEN 1 AND 100);
