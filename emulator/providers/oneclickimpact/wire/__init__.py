"""1ClickImpact's JSON: what comes in, what goes out, and what webhooks and acts carry (docs.1clickimpact.com)."""
