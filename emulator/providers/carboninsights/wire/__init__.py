"""Carbon Insights' JSON: what comes in, and what goes out."""
