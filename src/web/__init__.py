"""Shared by all routes: requests and responses, their checks, and the HTTP client."""
