"""Read a usual score request straight into a draft: it may hold thousands of transactions.

A request is usual if it has JSON's own types, no members but the documented ones, and categories that are known from
earlier requests. The models read all others, and find the problems of those that have some.
"""

from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.structs import astuple

from emulator.core import exact_json
from emulator.core.errors import Malformed
from emulator.core.struct import Struct
from emulator.providers.carboninsights.backend import CarbonInsights, drafts
from emulator.providers.carboninsights.wire.context import decided_by, named
from emulator.providers.carboninsights.wire.fields import AMOUNT_MAX, day_of
from emulator.providers.carboninsights.wire.incoming import Options, UserProfile
from emulator.web.reading import read

PARTS_BYTES_MAX = 512
"""How long a usual profile and usual options may be together: they are remembered."""

NULL = rb"\u0000"
"""The character that no text may have."""


class _Transaction(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    date: str
    amount: int | float
    category: str
    description: str = ""
    original_description: str = ""


class _Body(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    transactions: list[_Transaction]
    user_profile: Raw = Raw(b"{}")
    options: Raw = Raw(b"{}")


_decode = msgspec.json.Decoder(_Body).decode


def usual_score(body: bytes, backend: CarbonInsights) -> drafts.ScoreDraft | None:
    """Return the draft of a usual request, None for any other."""
    if backend.memory.settings.all_children_required or body.find(NULL) >= 0:
        return None
    try:
        transactions, profile, options = astuple(_decode(body))
        if len(profile) + len(options) > PARTS_BYTES_MAX:
            return None
        chosen = _options(bytes(options))
        days, amounts, categories, *_ = zip(*map(astuple, transactions), strict=True)
        listings: Any = tuple(map(named(chosen.category_type == "mcc", decided_by(backend)).get, categories))
        all(map(day_of, days))  # raises ValueError for a text that is no date
        if max(map(abs, amounts)) > AMOUNT_MAX or not all(listings):
            return None
        purchases = drafts.Purchases(tuple(map(float, amounts)), listings)
        return drafts.ScoreDraft(purchases, _profile(bytes(profile)), chosen)
    except (msgspec.DecodeError, RecursionError, ValueError, Malformed):
        return None


@lru_cache(maxsize=256)
def _profile(text: bytes) -> drafts.Profile:
    return read(UserProfile, exact_json.parse(text)).draft


@lru_cache(maxsize=256)
def _options(text: bytes) -> drafts.Options:
    return read(Options, exact_json.parse(text)).draft
