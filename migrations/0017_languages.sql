-- The language that a person has chosen here, a tag of src/i18n/languages.py. Without one the
-- platform's `users.locale` decides, then the browser.
ALTER TABLE users ADD COLUMN language TEXT;
