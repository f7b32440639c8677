"""Pages for people: templates, their values, and their words."""
