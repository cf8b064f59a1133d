"""1ClickImpact's JSON: requests as typed drafts, and records as replies."""
