"""The filters of the legacy API: ``field:value`` or ``field:operator:value``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any

from emulator.providers.dcycle.memory.purchases import Purchase
from emulator.providers.dcycle.memory.vehicles import Consumption

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}


@dataclass(frozen=True, slots=True)
class LegacyPurchaseFilter:
    condition: str | None = None

    def matches(self, purchase: Purchase) -> bool:
        return holds(self.condition, purchase.terms)


@dataclass(frozen=True, slots=True)
class LegacyConsumptionFilter:
    condition: str | None = None

    def matches(self, consumption: Consumption) -> bool:
        return holds(self.condition, consumption.terms)


def holds(condition: str | None, terms: object) -> bool:
    """Return whether a condition holds of terms; no member that terms lack equals anything."""
    if condition is None:
        return True
    member, *rest = condition.split(":")
    operator, wanted = rest if len(rest) > 1 else ("eq", rest[0])
    value = getattr(terms, member, None)
    match operator:
        case "eq":
            return _text(value) == wanted
        case "neq":
            return _text(value) != wanted
        case "in":
            return _text(value) in wanted.split(",")
        case "nin":
            return _text(value) not in wanted.split(",")
        case _:
            return value is not None and _compares(COMPARISONS[operator], value, wanted)


def _compares(compare: Callable[[Any, Any], bool], value: object, wanted: str) -> bool:
    """Compare numbers as numbers, and anything else as texts."""
    try:
        return compare(float(str(value)), float(wanted))
    except ValueError:
        return compare(str(value), wanted)


def _text(value: object) -> str:
    return "" if value is None else str(value)
