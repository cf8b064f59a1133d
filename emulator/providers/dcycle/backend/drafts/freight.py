"""The filters of freight, packages, recharges and hubs."""

from datetime import date, datetime

from emulator.core.struct import Struct
from emulator.providers.dcycle.backend.drafts.criteria import among, between, contains, within
from emulator.providers.dcycle.memory.freight import FreightRequest, Package
from emulator.providers.dcycle.memory.hubs import Hub
from emulator.providers.dcycle.memory.recharges import Recharge


class FreightFilter(Struct, frozen=True):
    """``text`` is a part of the shipment or of the stretch; ``since`` and ``until`` bound the day of the shipment.

    ``tocs`` are codes of vehicle types, which ``FreightRequests.find`` compares: it knows that of a leg by its mode.
    No leg has an uploader or a file, so that ``uploaders`` and ``file_ids`` match none.
    """

    text: str | None = None
    movement_id: str | None = None
    clients: tuple[str, ...] = ()
    tocs: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    uploaders: tuple[str, ...] = ()
    file_ids: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    created_since: datetime | None = None
    created_until: datetime | None = None

    def matches(self, leg: FreightRequest) -> bool:
        terms = leg.terms
        return (
            (contains(terms.movement_id, self.text) or contains(terms.movement_stretch, self.text))
            and self.movement_id in (None, terms.movement_id)
            and among(terms.client, self.clients)
            and among(leg.status, self.statuses)
            and among(None, self.uploaders)
            and among(None, self.file_ids)
            and within(leg.shipment_date, leg.shipment_date, self.since, self.until)
            and between(leg.created_at, self.created_since, self.created_until)
        )


class PackageFilter(Struct, frozen=True):
    package_key: str | None = None
    shipment_id: str | None = None
    client: str | None = None

    def matches(self, package: Package) -> bool:
        terms = package.terms
        return (
            self.package_key in (None, terms.package_key)
            and self.shipment_id in (None, terms.shipment_id)
            and self.client in (None, terms.client_billing_id)
        )


class RechargeFilter(Struct, frozen=True):
    """``text`` is a part of the license plate; ``since`` and ``until`` bound the day of the recharge.

    ``tocs`` are codes of vehicle types, which ``Recharges.find`` compares: a recharge may state that of its own by id.
    """

    text: str | None = None
    tocs: tuple[str, ...] = ()
    fuel_ids: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    file_ids: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    created_since: datetime | None = None
    created_until: datetime | None = None

    def matches(self, recharge: Recharge) -> bool:
        terms = recharge.terms
        return (
            contains(terms.vehicle_license_plate, self.text)
            and among(terms.fuel_id, self.fuel_ids)
            and among(terms.vehicle_license_plate, self.plates)
            and among(recharge.status, self.statuses)
            and among(recharge.file_id, self.file_ids)
            and within(terms.date, terms.date, self.since, self.until)
            and between(recharge.created_at, self.created_since, self.created_until)
        )


class HubFilter(Struct, frozen=True):
    """``name`` is a part of the hub's name."""

    name: str | None = None
    type: str | None = None
    category: str | None = None
    statuses: tuple[str, ...] = ()

    def matches(self, hub: Hub) -> bool:
        terms = hub.terms
        return (
            contains(terms.name, self.name)
            and self.type in (None, terms.type)
            and self.category in (None, terms.category)
            and among(hub.status, self.statuses)
        )
