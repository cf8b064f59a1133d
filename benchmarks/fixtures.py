"""Fixtures with many records."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

FIXTURES = Path(__file__).parents[1] / "fixtures"
FIRST = datetime(2025, 1, 1, tzinfo=UTC)


def oneclickimpact(records: int) -> str:
    """Return the fixture of 1ClickImpact with this many more records, one a minute."""
    fixture = json.loads((FIXTURES / "oneclickimpact.json").read_text())
    fixture["memory"]["impacts"] += [
        {
            "account_id": "sandbox",
            "kind": "carbon_captured",
            "amount": 1 + number % 100,
            "made_on": (FIRST + timedelta(minutes=number)).isoformat(),
        }
        for number in range(records)
    ]
    return json.dumps(fixture)
