"""1ClickImpact: carbon captured for oneself and for customers, and the records of it (docs.1clickimpact.com)."""
