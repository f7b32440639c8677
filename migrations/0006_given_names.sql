-- What a person is called in running text, as the platform says; without it, their whole name.
ALTER TABLE users ADD COLUMN given_name TEXT CHECK (length(given_name) BETWEEN 1 AND 100);
