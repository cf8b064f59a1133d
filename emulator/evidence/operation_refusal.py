"""The refusal that an operation has for a status: the vendor words a 404 by what was not found."""

from collections.abc import Iterator
from functools import lru_cache
from inspect import Parameter, signature

from emulator.core.errors import Refusal
from emulator.evidence import contracts

BY_OPERATION = frozenset({404, 409, 422})
"""The statuses whose words depend on the operation."""

NIL_ID = "00000000-0000-0000-0000-000000000000"


def operation_refusal(provider: str, operation: str | None, record_id: str | None, bare: Refusal) -> Refusal:
    """Return the refusal with the status of a ``bare`` one that a rule of the operation decides, about a record.

    If several rules do, it is that of the fewest operations; if none does, it is the bare one.
    """
    if operation is None or bare.status not in BY_OPERATION:
        return bare
    kind = _kind(provider, operation, bare.status, _vendors(type(bare)))  # type: ignore[arg-type]  # classes are hashable
    if kind is None:
        return bare
    return kind(record_id or NIL_ID) if "id" in _parameters(kind) else kind()


@lru_cache(maxsize=1024)
def _kind(provider: str, operation: str, status: int, vendors: type[Refusal]) -> type[Refusal] | None:
    found = [
        (len(rule["operations"]), kind)
        for kind in _refusals(vendors)
        if getattr(kind, "status", None) == status and kind.rule and _needs_no_more_than_an_id(kind)
        if (rule := contracts.rule(provider, contracts.refined(provider, operation, kind.rule)))
        if rule["operations"] and contracts.governs(rule, operation)
    ]
    return min(found, key=lambda counted: counted[0], default=(0, None))[1]


def _vendors(kind: type[Refusal]) -> type[Refusal]:
    """Return the class of all refusals of a vendor, to which this one belongs."""
    return next(above for above in kind.__mro__ if Refusal in above.__bases__)


def _refusals(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    """Yield the classes below a class that have none below them."""
    for below in kind.__subclasses__():
        yield from _refusals(below) if below.__subclasses__() else (below,)


def _needs_no_more_than_an_id(kind: type[Refusal]) -> bool:
    variable = Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD
    return all(
        name == "id" or each.default is not each.empty or each.kind in variable
        for name, each in _parameters(kind).items()
    )


def _parameters(kind: type[Refusal]) -> dict[str, Parameter]:
    _, *parameters = signature(kind.__init__).parameters.items()
    return dict(parameters)
