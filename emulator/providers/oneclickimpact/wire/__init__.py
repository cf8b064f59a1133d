"""1ClickImpact's JSON: what comes in, and what goes out (docs.1clickimpact.com)."""
