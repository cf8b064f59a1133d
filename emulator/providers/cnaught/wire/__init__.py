"""CNaught's JSON: what comes in, what goes out, and what callbacks and acts carry (docs.cnaught.com)."""
