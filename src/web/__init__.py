"""What all routes share: requests and responses, their checks, and the HTTP client."""
