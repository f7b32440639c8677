"""Services of others. Each module speaks one protocol and knows nothing of requests or pages."""
