"""Carbon Insights' JSON: what comes in, read as Django REST Framework 3.12 reads it, and what goes out."""
