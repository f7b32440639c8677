"""A session and its rules. Pure: no I/O, no clock, no runtime."""
