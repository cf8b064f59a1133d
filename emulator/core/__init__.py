"""What the other packages share. It imports none of them, and knows no HTTP."""
