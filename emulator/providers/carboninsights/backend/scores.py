"""Carbon scores: the rows of a reply (Carbon Insights API reference, Calculate a carbon score)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from emulator.providers.carboninsights.backend.drafts import COUNTRY, ScoreDraft
from emulator.providers.carboninsights.backend.footprint import Footprint, Impact
from emulator.providers.carboninsights.memory.catalogue import UNCATEGORIZED, Catalogue


class Score(NamedTuple):
    """Titled rows of what was caused and, if requested, of what could be saved; an offset link; notes on the data."""

    footprint: Sequence[tuple[str, Impact]]
    savings: Sequence[tuple[str, Impact]] | None
    offset_link: str | None
    notes: Sequence[str]


def calculate(draft: ScoreDraft, catalogue: Catalogue) -> Score:
    """Return the carbon score of purchases."""
    options, footprint = draft.options, Footprint(draft.purchases, draft.profile, catalogue)
    return Score(
        footprint=footprint.groups() if options.aggregate else footprint.rows(),
        savings=footprint.savings() if options.recommendations else None,
        offset_link=catalogue.offset_referral_link if options.offsets else None,
        notes=list(_notes(draft)),
    )


def _notes(draft: ScoreDraft) -> Iterator[str]:
    for code in dict.fromkeys(purchase.listing.shown for purchase in draft.purchases if purchase.listing.unmapped):
        yield f"No category is known for the merchant category code {code}; it counts as {UNCATEGORIZED}."
    if draft.options.country != COUNTRY:
        yield f"No data for {draft.options.country}; calculated with data for the {COUNTRY}."
