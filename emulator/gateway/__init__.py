"""What every request crosses: the gateway, its turn, and webhook delivery."""
