"""What the fields of a body are validated with, besides their values."""

from collections.abc import Hashable
from functools import lru_cache

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from emulator.core.bounded_cache import BoundedCache
from emulator.providers.carboninsights.backend import CarbonInsights
from emulator.providers.carboninsights.backend.drafts import Listing
from emulator.providers.carboninsights.wire.fields import as_text

NAMED_MAX, NAMED_CHARACTERS_MAX = 1024, 256
"""How many texts that name a listing are remembered, and how long each may be."""


class Context:
    """What a field's validation needs: the records and settings, and other parts of the body.

    ``by_code`` is whether its categories are codes; ``named`` are the listings of categories, by what has named them.
    """

    def __init__(self, backend: CarbonInsights, body: object) -> None:
        self.backend = backend
        self.body = body
        match body:
            case {"options": {"category_type": "mcc"}}:
                self.by_code = True
            case _:
                self.by_code = False
        self.named = named(self.by_code, decided_by(backend))

    def password(self) -> str | None:
        match self.body:
            case {"password": str(password)}:
                return password.strip()
        return None

    def listing(self, value: object) -> Listing:
        """Return what a category or code names. Raises PydanticCustomError."""
        if type(value) is str and (known := self.named.get(value)):
            return known
        text, categories = as_text(value), self.backend.categories
        listing = categories.listing_of_code(text) if self.by_code else categories.listing(text)
        if listing is None:
            raise PydanticCustomError("merchant_code" if self.by_code else "category", "Input should be listed")
        if type(value) is str and len(value) <= NAMED_CHARACTERS_MAX:
            self.named.put(value, listing)
        return listing


def context_of(info: ValidationInfo) -> Context:
    """Return the context of the body that is being validated."""
    assert isinstance(info.context, Context)
    return info.context


def decided_by(backend: CarbonInsights) -> Hashable:
    """Return what every model but a registration follows from, besides its body: the catalogue and three settings."""
    settings = backend.memory.settings
    return (
        backend.catalogue,
        settings.all_children_required,
        settings.category_aliases,
        settings.retired_categories,
    )


@lru_cache(maxsize=64)
def named(by_code: bool, decided_by: Hashable) -> BoundedCache[str, Listing]:
    """Return the listings of categories, or of codes, that requests have named, by what has named them."""
    return BoundedCache(NAMED_MAX)
