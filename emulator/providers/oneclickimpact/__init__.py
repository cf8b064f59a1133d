"""1ClickImpact: impact made for oneself and for customers, the records of it and the totals (docs.1clickimpact.com)."""
