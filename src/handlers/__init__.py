"""One module a route family. A handler reads the request, asks a use case, and answers."""
