"""The settings that a user may change while the emulator runs."""

from emulator.core.struct import Struct

LIFETIME_SECONDS_MAX = 100 * 366 * 86400
REQUESTS_MAX = 1_000_000


class Settings(Struct):
    """Settings that users can change.

    The lifetimes of tokens; whether ``user_profile`` and ``options`` must have all their members, as a notice in the
    documents requires; whether the categories retired in 2020, and other spellings of categories, are accepted; whether
    requests are limited, and to how many.
    """

    access_seconds: float = 300.0
    refresh_seconds: float = 86400.0
    all_children_required: bool = False
    retired_categories: bool = False
    category_aliases: bool = True
    throttled: bool = False
    requests_per_second: int = 30
    requests_per_minute: int = 400
    requests_per_day: int = 100_000

    def __post_init__(self) -> None:
        for seconds in (self.access_seconds, self.refresh_seconds):
            if not 0 < seconds <= LIFETIME_SECONDS_MAX:
                raise ValueError("the lifetime of a token must be more than 0 seconds and at most a hundred years")
        for requests in (self.requests_per_second, self.requests_per_minute, self.requests_per_day):
            if not 1 <= requests <= REQUESTS_MAX:
                raise ValueError(f"a limit is from 1 to {REQUESTS_MAX} requests")
