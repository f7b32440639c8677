"""The OpenAPI document of all routes. Production never imports it."""
