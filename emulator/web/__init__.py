"""Read one HTTP exchange and write its reply: shared by all providers and the control API."""
