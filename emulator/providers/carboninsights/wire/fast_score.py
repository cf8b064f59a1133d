"""The fast path for score requests, which may have thousands of transactions: decode them straight into a draft.

It takes bodies with JSON's own types, documented members only, and categories that are cached. The models read all
others, and report their problems.
"""

from functools import lru_cache
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
from emulator.web.reading import REMEMBERED_MAX, read

NUMBERS = frozenset({int, float})


REMEMBERED_PART_BYTES_MAX = 1024
"""How long a profile or options may be whose draft is remembered."""

ABSENT = msgspec.Raw(b"{}")
"""What a body without a profile or options has in their place."""


class _Transaction(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    date: str
    amount: Any
    category: str
    description: str = ""
    original_description: str = ""


class _Body(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    transactions: list[_Transaction]
    user_profile: msgspec.Raw = ABSENT
    options: msgspec.Raw = ABSENT


_decode = exact_json.decoder(_Body)
_members = exact_json.decoder(dict[str, Any])
_DEFAULT_PROFILE, _DEFAULT_OPTIONS = DEFAULT_PROFILE.draft, DEFAULT_OPTIONS.draft


def _draft(model: type[UserProfile | Options], sent: msgspec.Raw) -> Any:
    """Return the draft of a part of a body: many requests share one. Raises as ``fast_score`` expects."""
    text = bytes(sent)
    return _draft_once(model, text) if len(text) <= REMEMBERED_PART_BYTES_MAX else _new_draft(model, text)


def _new_draft(model: type[UserProfile | Options], text: bytes) -> Any:
    return read(model, _members(text)).draft


_draft_once = lru_cache(maxsize=REMEMBERED_MAX)(_new_draft)


def _may_repeat_names(body: bytes) -> bool:
    """Return whether a name may come twice, perhaps written with escapes: its first value is not decoded then."""
    return b"\\" in body or body.count(b'"user_profile"') > 1 or body.count(b'"options"') > 1


def fast_score(body: bytes, backend: CarbonInsights) -> drafts.ScoreDraft | None:
    """Return the draft of a body; None if the models have to read it."""
    if backend.memory.settings.all_children_required or NULL in body:
        return None
    try:
        sent = _decode(body)
        rows = sent.transactions
        if exact_json.brackets(body) - len(rows) > exact_json.NESTING_MAX:
            return None
        amounts = [row.amount for row in rows]
        if not {*map(type, amounts)} <= NUMBERS or not -AMOUNT_MAX <= min(amounts) <= max(amounts) <= AMOUNT_MAX:
            return None
        profile, chosen = _DEFAULT_PROFILE, _DEFAULT_OPTIONS
        if sent.user_profile is not ABSENT or sent.options is not ABSENT:
            if _may_repeat_names(body):
                _members(body)
            profile, chosen = _draft(UserProfile, sent.user_profile), _draft(Options, sent.options)
        known = known_listings(chosen.category_type == "mcc", decided_by(backend))
        listings: Any = tuple([known.get(row.category) for row in rows])
        for row in rows:
            day_of(row.date)
        if not all(listings):
            return None
        purchases = drafts.Purchases(tuple(map(float, amounts)), listings)
        return drafts.ScoreDraft(purchases, profile, chosen)
    except (msgspec.DecodeError, RecursionError, ValueError, Malformed):
        return None
