"""Pages of lists, newest first (docs.cnaught.com, Pagination)."""

from typing import TypeVar

from emulator.core.paging import Created, Timeline
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.backend.drafts import Page

T = TypeVar("T", bound=Created)


def page_of(records: Timeline[T], page: Page) -> list[T]:
    """Return a page of a list. Raises InvalidPagination."""
    if page.starting_after is not None and page.ending_before is not None:
        raise errors.InvalidPagination(
            "Only one of starting_after and ending_before may be given", "cnaught.lists.both-cursors"
        )
    try:
        if page.starting_after is not None:
            return records.older(page.starting_after, page.limit)
        if page.ending_before is not None:
            return records.newer(page.ending_before, page.limit)
    except KeyError as unknown:
        raise errors.InvalidPagination(
            f"No record has the id '{unknown.args[0]}'", "cnaught.lists.unknown-cursor"
        ) from None
    return records.newest(page.limit)
