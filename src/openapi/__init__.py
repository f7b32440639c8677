"""The OpenAPI document of all routes. Only its own route imports it."""
