"""CNaught's JSON: what comes in, and what goes out (docs.cnaught.com)."""
