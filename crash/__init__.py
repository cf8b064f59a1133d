"""Kill a server with stored spaces again and again, and compare it with one that is never killed."""
