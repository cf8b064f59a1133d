"""The path of every request: the gateway, its turn, and webhook delivery."""
