"""Categories and merchant category codes of transactions (Carbon Insights API reference, Transaction Categories)."""

import re

from emulator.providers.carboninsights.backend.drafts import Listing
from emulator.providers.carboninsights.memory.catalogue import UNCATEGORIZED, Catalogue
from emulator.providers.carboninsights.memory.fixture import Memory


class Categories:
    """The categories that one space accepts: the vendor's list, and what the settings add to it."""

    def __init__(self, catalogue: Catalogue, memory: Memory) -> None:
        self.catalogue = catalogue
        self.memory = memory

    def listing(self, category: str) -> Listing | None:
        """Return the listing of a category, None if it is not accepted."""
        settings, name = self.memory.settings, category
        if settings.category_aliases:
            name = self.catalogue.aliases.get(category, category)
        if name in self.catalogue.categories or (
            settings.retired_categories and name in self.catalogue.retired_categories
        ):
            return Listing(category, name)
        return None

    def listing_of_code(self, text: str) -> Listing | None:
        """Return the listing of a merchant category code, None unless it is one to four digits."""
        if not re.fullmatch(r"[0-9]{1,4}", text):
            return None
        code = text.zfill(4)
        category = self.catalogue.category_of_code(code)
        return Listing(code, category or UNCATEGORIZED, unmapped=category is None)
