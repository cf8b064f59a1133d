"""The market: sell orders by project and vintage, and which of them are live."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from emulator.core.clock import Clock
from emulator.providers.thallo.memory import Catalogue, SellOrder


@dataclass(frozen=True, slots=True)
class Offer:
    """The live sell orders for one vintage, cheapest first."""

    vintage_id: str
    year: int
    orders: Sequence[SellOrder]


@dataclass(frozen=True, slots=True)
class OnSale:
    """The vintages of one project that are for sale, oldest first."""

    project_id: str
    offers: Sequence[Offer]


class Market:
    """All sell orders, in the order in which they are listed."""

    def __init__(self, catalogue: Catalogue, orders: Iterable[SellOrder], clock: Clock) -> None:
        def place(order: SellOrder) -> tuple[str, int, str, int, str]:
            vintage = catalogue.vintages[order.vintage_id]
            return vintage.project_id, vintage.year, order.vintage_id, order.price_cents, order.id

        self.catalogue = catalogue
        self.clock = clock
        self._listed: dict[str, dict[str, list[SellOrder]]] = {}
        for order in sorted(orders, key=place):
            project_id = catalogue.vintages[order.vintage_id].project_id
            self._listed.setdefault(project_id, {}).setdefault(order.vintage_id, []).append(order)

    def on_sale(self) -> Sequence[OnSale]:
        """What can be bought now, by anybody but its seller; nothing is listed that has no live order."""
        sales = (OnSale(project_id, list(self._offers(project_id))) for project_id in self._listed)
        return [sale for sale in sales if sale.offers]

    def _offers(self, project_id: str) -> Iterator[Offer]:
        for vintage_id, orders in self._listed[project_id].items():
            if live := [order for order in orders if order.live(self.clock.now)]:
                yield Offer(vintage_id, self.catalogue.vintages[vintage_id].year, live)
