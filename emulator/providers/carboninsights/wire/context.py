"""What the fields of a body are validated with, besides their values."""

from collections.abc import Hashable
from contextlib import suppress
from functools import lru_cache

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from emulator.core.bounded_cache import BoundedCache
from emulator.providers.carboninsights.backend import CarbonInsights
from emulator.providers.carboninsights.backend.drafts import Listing
from emulator.providers.carboninsights.wire.fields import as_text

LISTINGS_MAX, CATEGORY_CHARACTERS_MAX = 1024, 256
"""The number of cached listings, and the maximum length of the text that selects one."""


class Context:
    """What a field's validation needs: the records and settings, and other parts of the body.

    ``by_code`` is whether its categories are codes; ``listings`` caches the listing of each category or code.
    """

    def __init__(self, backend: CarbonInsights, body: object) -> None:
        self.backend = backend
        self.body = body
        match body:
            case {"options": {"category_type": "mcc"}}:
                self.by_code = True
            case _:
                self.by_code = False
        self.listings = known_listings(self.by_code, decided_by(backend))

    def password(self) -> str | None:
        """Return the password in the body, as its field reads it; None without a valid one."""
        match self.body:
            case {"password": password}:
                with suppress(PydanticCustomError):
                    return as_text(password)
        return None

    def listing(self, value: object) -> Listing:
        """Return what a category or code names. Raises PydanticCustomError."""
        if type(value) is str and (known := self.listings.get(value)):
            return known
        text, categories = as_text(value), self.backend.categories
        listing = categories.listing_of_code(text) if self.by_code else categories.listing(text)
        if listing is None:
            raise PydanticCustomError("merchant_code" if self.by_code else "category", "Input should be listed")
        if type(value) is str and len(value) <= CATEGORY_CHARACTERS_MAX:
            self.listings.put(value, listing)
        return listing


def context_of(info: ValidationInfo) -> Context:
    """Return the context of the body that is being validated."""
    assert isinstance(info.context, Context)
    return info.context


def decided_by(backend: CarbonInsights) -> Hashable:
    """Return what all models but a registration depend on besides the body: the catalogue and three settings."""
    settings = backend.memory.settings
    return (
        backend.catalogue,
        settings.all_children_required,
        settings.category_aliases,
        settings.retired_categories,
    )


@lru_cache(maxsize=64)
def known_listings(by_code: bool, key: Hashable) -> BoundedCache[str, Listing]:
    """Return the cache of listings, by the category or code that a request has sent; ``key`` is ``decided_by``."""
    return BoundedCache(LISTINGS_MAX)
