"""CNaught's official Node SDK, called from Python."""
