"""Kill a server that stores its spaces, again and again, and compare it with one that is never killed."""
