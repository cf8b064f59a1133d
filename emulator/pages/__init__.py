"""The emulator's own pages behind links in vendors' replies: server-rendered HTML without scripts, and PDF files."""
