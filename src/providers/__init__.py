"""External services. Each module speaks one protocol, and does not use requests or pages."""
