"""The emulator's own pages behind links in vendors' replies: server-rendered HTML without scripts, and PDF files."""

PREFIX = "/pages/"
"""The path of all pages, below the control API's."""
