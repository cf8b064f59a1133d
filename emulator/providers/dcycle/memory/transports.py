"""Transport routes, upstream and downstream."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import field
from pydantic import AfterValidator, Field
from pydantic_core import PydanticKnownError

from emulator.core.documents import Day, UtcTime
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import Uuid
from emulator.providers.dcycle.memory.freight import DistanceKm, GramsPerTkm
from emulator.providers.dcycle.memory.records import AuthoredRecord, Posting

TransportDirection: TypeAlias = Literal["downstream", "upstream"]
SectionType: TypeAlias = Literal["road", "air", "maritime", "rail", "do_not_know"]
TravelMethod: TypeAlias = Literal["car", "truck", "motorbike", "bicycle", "electric_kick_scooter"]
TransportStatus: TypeAlias = Literal["pending", "active", "error"]
TransportOperation: TypeAlias = Literal["CREATE", "UPDATE", "DELETE"]

TRANSPORTED_MAX = 9_999_999.999
SECTIONS_MAX = 100
Transported: TypeAlias = Annotated[float, Field(gt=0, le=TRANSPORTED_MAX, allow_inf_nan=False)]


class Combination(Struct, frozen=True):
    """A way to transport. ``from_`` and ``to`` bound its distance or weight, of which ``detail`` says which."""

    transport_type: SectionType
    travel_method: TravelMethod | None = None
    refrigerated: bool = False
    electric: bool = False
    detail: str | None = None
    from_: float | None = None
    to: float | None = None
    unit: str = "km"
    reference_product: str | None = None

    def key(self) -> tuple[object, ...]:
        return self.transport_type, self.travel_method, self.refrigerated, self.electric, self.detail


class TransportFactors(Struct, frozen=True):
    """Grams a tonne-kilometer by type; ``electric`` replaces that of roads and rails, ``refrigerated`` multiplies."""

    per_tkm: Mapping[SectionType, GramsPerTkm] = field(default_factory=dict)
    electric: GramsPerTkm = Decimal(0)
    refrigerated: Annotated[Decimal, Field(ge=1, le=2)] = Decimal(1)
    combinations: tuple[Combination, ...] = ()


def _not_empty(sections: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return at least one section. ``min_length`` would also count sections with mistakes as missing."""
    if not sections:
        raise PydanticKnownError("too_short", {"field_type": "Tuple", "min_length": 1, "actual_length": 0})
    return sections


class Section(Struct, frozen=True):
    """A part of a route."""

    transport_type: SectionType
    origin: str
    destination: str
    travel_method: TravelMethod | None = None
    electric: bool = False
    refrigerated: bool = False
    detail: str | None = None
    kms_manual: DistanceKm | None = None

    def key(self) -> tuple[object, ...]:
        return self.transport_type, self.travel_method, self.refrigerated, self.electric, self.detail


class TransportTerms(Struct, frozen=True):
    """The data that a client sends about a route."""

    quantity_transported: Transported
    transport_direction: TransportDirection
    unit_id: Uuid
    sections: Annotated[
        tuple[Section, ...],
        Field(max_length=SECTIONS_MAX, json_schema_extra={"minItems": 1}),
        AfterValidator(_not_empty),
    ]
    name: str | None = None
    transport_date: Day | None = None
    supplier: str | None = None
    transport_frequency: str | None = None


class TransportRoute(AuthoredRecord[TransportTerms], frozen=True):
    """Goods that are transported, section by section."""

    terms: TransportTerms
    file_id: Uuid | None = None

    @property
    def status(self) -> TransportStatus:
        """``error`` if the emissions cannot be calculated."""
        return "error" if self.co2e_grams is None else "active"

    @property
    def transport_date(self) -> date:
        return self.terms.transport_date or self.created_at.date()

    def posting(self) -> Posting:
        upstream = self.terms.transport_direction == "upstream"
        return Posting("goods_received" if upstream else "goods_shipped", self.transport_date)


class TrackedFields(Struct, frozen=True):
    """The fields of a route whose changes are kept, by the vendor's names."""

    name: str | None
    quantity: Transported
    unit_id: Uuid
    start_date: Day
    transport_direction: TransportDirection


def tracked(route: TransportRoute) -> TrackedFields:
    """Return the fields of a route whose changes are kept."""
    terms = route.terms
    return TrackedFields(
        terms.name, terms.quantity_transported, terms.unit_id, route.transport_date, terms.transport_direction
    )


class TransportVersion(Struct, frozen=True):
    """A change of a route, ``before`` and ``after`` it; None where there is no route. It outlives the route.

    ``user_id`` is the author, None if the client has no user.
    """

    transaction_id: Annotated[int, Field(ge=1)]
    organization_id: Uuid
    route_id: Uuid
    issued_at: UtcTime | None
    user_id: Uuid | None = None
    before: TrackedFields | None = None
    after: TrackedFields | None = None

    @property
    def operation(self) -> TransportOperation:
        return "DELETE" if self.after is None else "CREATE" if self.before is None else "UPDATE"
