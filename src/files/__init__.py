"""Files of a session: uploads, downloads, their names and types, and their removal."""
