"""What people read in the browser: pages, their values, and their words."""
