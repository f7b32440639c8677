"""The board that both people of a session write on: its records, their store, and what is kept."""
