"""CNaught's operations: authenticate, read, ask, reply. The order of the lines is the order of CNaught's checks."""
