"""The fast path for score requests, which may have thousands of transactions: decode them straight into a draft.

It takes bodies with JSON's own types, documented members only, and categories that are cached. The models read all
others, and report their problems.
"""

from typing import Any

import msgspec

from emulator.core import exact_json
from emulator.core.errors import Malformed
from emulator.core.struct import Struct
from emulator.providers.carboninsights.backend import CarbonInsights, drafts
from emulator.providers.carboninsights.wire.context import decided_by, known_listings
from emulator.providers.carboninsights.wire.fields import AMOUNT_MAX, day_of
from emulator.providers.carboninsights.wire.incoming import DEFAULT_OPTIONS, DEFAULT_PROFILE, Options, UserProfile
from emulator.web.fast_draft import NULL
from emulator.web.reading import read

NUMBERS = frozenset({int, float})


class _Transaction(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    date: str
    amount: Any
    category: str
    description: str = ""
    original_description: str = ""


class _Body(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    transactions: list[_Transaction]
    user_profile: dict[str, Any] = {}
    options: dict[str, Any] = {}


_decode = exact_json.decoder(_Body)
_profile, _options = DEFAULT_PROFILE.draft, DEFAULT_OPTIONS.draft


def fast_score(body: bytes, backend: CarbonInsights) -> drafts.ScoreDraft | None:
    """Return the draft of a body; None if the models have to read it."""
    if backend.memory.settings.all_children_required or NULL in body:
        return None
    try:
        sent = _decode(body)
        rows, profile, options = sent.transactions, sent.user_profile, sent.options
        if exact_json.brackets(body) - len(rows) > exact_json.NESTING_MAX:
            return None
        amounts = [row.amount for row in rows]
        if not {*map(type, amounts)} <= NUMBERS or not -AMOUNT_MAX <= min(amounts) <= max(amounts) <= AMOUNT_MAX:
            return None
        chosen = read(Options, options).draft if options else _options
        known = known_listings(chosen.category_type == "mcc", decided_by(backend))
        listings: Any = tuple([known.get(row.category) for row in rows])
        for row in rows:
            day_of(row.date)
        if not all(listings):
            return None
        purchases = drafts.Purchases(tuple(map(float, amounts)), listings)
        return drafts.ScoreDraft(purchases, read(UserProfile, profile).draft if profile else _profile, chosen)
    except (msgspec.DecodeError, RecursionError, ValueError, Malformed):
        return None
