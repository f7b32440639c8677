-- The sentence that a person has agreed to, as it stood on their page: its translation may be
-- improved later. Rows of before have the English of their version (domain/consent.py).
ALTER TABLE recording_consents ADD COLUMN text TEXT;
