"""Serve on a port with uvicorn; the only package that uses uvicorn's internals."""
