"""Files of a session: uploads, downloads, names, types and removal."""
