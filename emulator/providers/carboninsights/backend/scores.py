"""Carbon scores: the rows of a reply (Carbon Insights API reference, Calculate a carbon score)."""

from collections.abc import Sequence

from emulator.core.struct import Struct
from emulator.providers.carboninsights.backend.drafts import COUNTRY, ScoreDraft
from emulator.providers.carboninsights.backend.footprint import Footprint, Table
from emulator.providers.carboninsights.memory.catalogue import UNCATEGORIZED, Catalogue


class Score(Struct, frozen=True):
    """What was caused and, if requested, what could be saved; an offset link; notes on the data."""

    footprint: Table
    savings: Table | None
    offset_link: str | None
    notes: Sequence[str]


def calculate(draft: ScoreDraft, catalogue: Catalogue) -> Score:
    """Return the carbon score of purchases."""
    options, footprint = draft.options, Footprint(draft.purchases, draft.profile, catalogue)
    return Score(
        footprint=footprint.groups(options.metrics) if options.aggregate else footprint.rows(options.metrics),
        savings=footprint.savings(options.metrics) if options.recommendations else None,
        offset_link=catalogue.offset_referral_link if options.offsets else None,
        notes=_notes(draft),
    )


def _notes(draft: ScoreDraft) -> Sequence[str]:
    unmapped = dict.fromkeys([listing.shown for listing in draft.purchases.listings if listing.unmapped])
    notes = [
        f"No category is known for the merchant category code {code}; it counts as {UNCATEGORIZED}."
        for code in unmapped
    ]
    if draft.options.country != COUNTRY:
        notes.append(f"No data for {draft.options.country}; calculated with data for the {COUNTRY}.")
    return notes
