"""The models of requests, one file a noun. A model reads the path, the query or the body of a request."""
