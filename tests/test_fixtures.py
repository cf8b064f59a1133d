"""Fixtures: the built-in ones load, a user's replace some, and an invalid one is refused with its problem."""

import json
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator import create_app
from emulator.app import make_world
from emulator.core.clock import YEAR_MAX, YEAR_MIN, Clock
from emulator.core.documents import BadDocument, Document, write
from emulator.core.ids import Ids
from emulator.core.resources import resource
from emulator.providers import ALL, LAST_EVENTS
from emulator.space.fixtures import BadFixture, Fixtures
from emulator.space.initial_memory import InitialMemory
from emulator.space.space import Space
from emulator.web.provider import Provider
from tests.support.hostile import Place, at, places

LITRES = "660e8400-e29b-41d4-a716-446655440000"
FIRST, LAST = datetime(YEAR_MIN, 1, 1, tzinfo=UTC), datetime(YEAR_MAX, 12, 31, tzinfo=UTC)
UNKNOWN = "11111111-2222-4333-8444-555555555555"
BUILT_IN = {path.stem: json.loads(path.read_bytes()) for path in resource("fixtures").glob("*.json")}

each_provider = pytest.mark.parametrize("provider", ALL.values(), ids=lambda provider: provider.name)

UNFIT = [
    ("oneclickimpact", "catalogue/accounts", [], "account"),
    ("oneclickimpact", "catalogue/accounts/0/api_key", "sk_0001", "the API key of account sandbox"),
    ("oneclickimpact", "memory/impacts/0/account_id", "nobody", "nobody"),
    ("cnaught", "catalogue/accounts", [], "account"),
    ("cnaught", "catalogue/accounts/0/default_portfolio_id", "nobody", "the default portfolio of account acme"),
    ("cnaught", "catalogue/portfolios/oH5hlq/allocations/hkgyn3", "0.3", "the allocations of portfolio oH5hlq"),
    ("cnaught", "catalogue/categories/hkgyn3/projects/0", "nobody", "'nobody'"),
    ("cnaught", "memory/orders/Gre28Fc35bt3/account_id", "nobody", "'nobody'"),
    ("cnaught", "memory/orders/Gre28Fc35bt3/portfolio_id", "nobody", "'nobody'"),
    ("cnaught", "memory/subaccounts/5nubL0NS/account_id", "nobody", "'nobody'"),
    ("carboninsights", "catalogue/accounts", [], "account"),
    ("carboninsights", "catalogue/aliases", {"A": "nobody"}, "'nobody'"),
    ("carboninsights", "memory/settings/access_seconds", 0, "more than 0 seconds"),
    ("dcycle", "catalogue/keys", [], "key"),
    ("dcycle", "catalogue/keys/0/organization_id", "nobody", "'nobody'"),
    ("dcycle", "catalogue/vehicle_fuels/0/fuel_units/0/grams_per_unit", -1, "must be at least 0, not -1"),
    ("dcycle", "memory/vehicles", {}, "belongs to no vehicle"),
    ("dcycle", f"memory/consumptions/{LITRES}/terms/quantity", -1, "must be at least 0, not -1"),
    ("dcycle", "memory/facilities", {LITRES: {}}, "missing, but required"),
    ("dcycle", f"memory/consumptions/{LITRES}/id", UNKNOWN, f"has the id '{UNKNOWN}'"),
    ("thallo", "catalogue", {"tenants": [], "projects": {}, "vintages": {}}, "tenant"),
    ("thallo", "catalogue/tenants/1/key/id", "00n06yx75dzuxz2lgi", "ids of API keys must be unique"),
    ("thallo", "catalogue/projects", {}, "project"),
    ("thallo", "catalogue/vintages", {}, "vintage"),
    ("thallo", "memory/wallets", {"nobody": {}}, "'nobody'"),
    ("thallo", "memory/invoices", {}, "invoice"),
]
"""Contradictions: the provider, the place, the value, and a text of the refusal."""


@each_provider
def test_the_built_in_fixture_loads(provider: Provider) -> None:
    """A backend starts from the built-in fixture, and its memory survives being written and read."""
    fixture = Fixtures(ALL)[provider.name]
    backend = provider.backend(fixture.catalogue, InitialMemory(fixture.memory).copy(), Clock(), Ids(0))
    document = Document(type(fixture.memory))
    assert document.write(backend.memory) == document.write(fixture.memory)
    read_again = document.read(json.loads(json.dumps(document.write(fixture.memory))))
    assert document.write(read_again) == document.write(fixture.memory)
    assert all(provider.credentials(fixture.catalogue).values())


@each_provider
def test_the_built_in_fixture_is_valid(provider: Provider) -> None:
    """It is read without validation, and is what it is when it is read as a user's, down to the types of its values."""
    assert repr(Fixtures(ALL)[provider.name]) == repr(Document(provider.fixture).read(BUILT_IN[provider.name]))


@each_provider
def test_a_value_of_another_type_is_refused(provider: Provider) -> None:
    """ "5" for 5, 5 for "5", true for 1 and a number for a time are refused; decimals may be numbers or text."""
    reader, defaults = Document(provider.fixture), BUILT_IN[provider.name]
    canonical = reader.write(reader.read(defaults))
    refused_values = {
        place: list(refused_lookalikes(at(defaults, place), canonical_value=at(canonical, place)))
        for place in distinct(places(defaults))
    }
    for number in range(max(map(len, refused_values.values()))):  # one value of every member at once
        changed = deepcopy(defaults)
        expected = {".".join(map(str, place)) for place, values in refused_values.items() if len(values) > number}
        for place, values in refused_values.items():
            if len(values) > number:
                at(changed, place[:-1])[place[-1]] = values[number]
        with pytest.raises(BadDocument) as refusal:
            reader.read(changed)
        assert expected - {mistake.place for mistake in refusal.value.mistakes} == set()


def refused_lookalikes(value: Any, canonical_value: Any) -> Iterator[Any]:
    """Yield values of other types in place of one, except numbers where a decimal is written as text."""
    decimal = isinstance(canonical_value, str) and is_number(value)
    yield from (other for other in lookalikes(value) if not (decimal and is_number(other)))


def is_number(value: object) -> bool:
    """Return whether a value is a number or the text of one: documents write decimals as text, and accept both."""
    return not isinstance(value, bool) and re.fullmatch(r"-?\d+(\.\d+)?", str(value)) is not None


def lookalikes(value: Any) -> Iterator[Any]:
    """Yield values of other types that lenient parsing would accept in place of this one."""
    match value:
        case bool():
            yield from (int(value), str(value).lower(), "yes" if value else "no")
        case int() | float():
            yield from (str(value), value == 1)
        case str():
            yield from (0, 1, 1700000000, 1700000000.5, True, [value])
            if value.isdigit():
                yield int(value)


def distinct(found: Iterable[Place]) -> list[Place]:
    """Return one place for each member: items of a list, and members of an object keyed by ids, count once."""
    by_shape: dict[Place, Place] = {}
    for place in found:
        shape = tuple("#" if isinstance(part, int) or any(map(str.isdigit, part)) else part for part in place)
        by_shape.setdefault(shape, place)
    return list(by_shape.values())


@pytest.mark.parametrize("name", [provider.name for provider in ALL.values() if provider.webhooks])
def test_the_built_in_fixture_has_no_pending_webhooks(name: str) -> None:
    """An unused vendor has no webhooks to send, so it need not be loaded to find out."""
    webhooks = ALL[name].webhooks
    assert webhooks is not None
    assert webhooks.next(make_world().initial_backends[name]) is None


@pytest.mark.parametrize("name", ALL)
def test_the_last_event_of_the_built_in_fixture_is_declared(name: str) -> None:
    """An unused vendor has no events after the declared one, so it need not be loaded when the clock moves on."""
    events = make_world().initial_backends[name].due(FIRST, LAST)
    assert max((event.at for event in events), default=None) == LAST_EVENTS[name]


def test_a_move_of_the_clock_loads_a_vendor_only_for_its_events() -> None:
    """A space has the same events whether or not its unused vendors are loaded, and loads none after the last one."""
    lazy, loaded = Space("lazy", make_world()), Space("loaded", make_world())
    assert len(list(loaded.world.initial_backends.values())) == len(ALL)
    lazy.move_clock(None, frozen=True)
    lazy.advance_clock(timedelta(days=400))
    assert lazy.world.fixtures.made == {}
    lazy = Space("lazy", lazy.world)
    last_events = sorted(filter(None, LAST_EVENTS.values()))
    moves = [FIRST, *(at + timedelta(seconds=seconds) for at in last_events for seconds in (-1, 0, 1)), LAST]
    events = [[space.move_clock(at, frozen=True) for at in moves] for space in (lazy, loaded)]
    assert events[0] == events[1] != []
    assert lazy.world.fixtures.made.keys() == {name for name, last in LAST_EVENTS.items() if last}


def test_the_built_in_fixture_is_loaded_on_demand() -> None:
    """Listing providers loads no fixture, and using one loads no other."""
    defaults = Fixtures(ALL)
    assert list(defaults) == list(ALL)
    assert "cnaught" in defaults
    assert "nobody" not in defaults
    assert defaults.made == {}
    assert defaults["cnaught"] is defaults["cnaught"]
    assert defaults.made.keys() == {"cnaught"}
    with pytest.raises(KeyError):
        defaults["nobody"]


def test_a_users_fixture_is_loaded_at_the_start(tmp_path: Path) -> None:
    """Files of a user are read at the start; later changes have no effect."""
    path = _write(tmp_path, "thallo", BUILT_IN["thallo"])
    replaced = Fixtures(ALL, tmp_path)
    path.write_text("{}")
    assert replaced.made.keys() == {"thallo"}
    assert replaced.digest == Fixtures(ALL).digest


@each_provider
@pytest.mark.parametrize(
    ("place", "content"),
    [
        ("catalogue", 5),
        ("catalogue.surprise", "unknown"),
        ("memory", []),
        ("memory.surprise", "unknown"),
        ("surprise", "unknown"),
    ],
)
def test_an_invalid_member_is_refused(tmp_path: Path, provider: Provider, place: str, content: object) -> None:
    """An unknown member, or one of the wrong type, is refused with its place."""
    path = _write(tmp_path, provider.name, _changed(provider.name, place.replace(".", "/"), content))
    with pytest.raises(BadFixture, match=rf"^{path}: at {place}: \w+"):
        Fixtures(ALL, tmp_path)


@each_provider
@pytest.mark.parametrize("left_out", ["catalogue", "memory"])
def test_a_missing_member_is_refused(tmp_path: Path, provider: Provider, left_out: str) -> None:
    """A fixture without catalogue or memory is refused."""
    kept = {name: content for name, content in BUILT_IN[provider.name].items() if name != left_out}
    path = _write(tmp_path, provider.name, kept)
    with pytest.raises(BadFixture, match=rf"^{path}: at {left_out}: missing, but required"):
        Fixtures(ALL, tmp_path)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (b"", "not JSON: Expecting value at line 1, column 1"),
        (b'{"catalogue": {}', "not JSON: Expecting ',' delimiter at line 1"),
        (b'{"catalogue": \xff}', "not UTF-8: the byte 0xff at offset 14"),
        (b"[]", "at the top: must be an object"),
        (b"null", "at the top: must be an object"),
    ],
)
@each_provider
def test_a_fixture_must_be_a_json_object(tmp_path: Path, provider: Provider, written: bytes, fault: str) -> None:
    """A file that is not a JSON object is refused by its name."""
    path = tmp_path / f"{provider.name}.json"
    path.write_bytes(written)
    with pytest.raises(BadFixture, match=f"^{path}: .*{fault}"):
        Fixtures(ALL, tmp_path)


@pytest.mark.parametrize(("name", "place", "content", "message"), UNFIT)
def test_an_inconsistent_fixture_is_refused(
    tmp_path: Path, name: str, place: str, content: object, message: str
) -> None:
    """A catalogue that contradicts itself, or a memory that contradicts it, prevents the start."""
    path = _write(tmp_path, name, _changed(name, place, content))
    with pytest.raises(BadFixture, match=f"^{path}: at .*{message}"):
        create_app(fixtures_directory=tmp_path)


def test_every_provider_checks_its_fixture() -> None:
    """The table above has a case of each provider."""
    assert {name for name, *_ in UNFIT} == set(ALL)


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_text("{}")])
def test_an_invalid_directory_is_refused(tmp_path: Path, make: Any) -> None:
    """A missing directory, or a file in its place, is refused by its name."""
    make(tmp_path / "there")
    with pytest.raises(BadFixture, match=f"^{tmp_path / 'there'}: no such directory"):
        Fixtures(ALL, tmp_path / "there")


@each_provider
def test_an_unreadable_file_is_refused(tmp_path: Path, provider: Provider) -> None:
    """A file that cannot be read is refused by its name."""
    path = tmp_path / f"{provider.name}.json"
    path.mkdir()
    with pytest.raises(BadFixture, match=f"^.*{path}"):
        Fixtures(ALL, tmp_path)


@each_provider
def test_a_directory_may_have_some_providers_only(tmp_path: Path, provider: Provider) -> None:
    """A user's file replaces the built-in one; other providers keep theirs."""
    defaults, built_in = Fixtures(ALL), Fixtures(ALL, tmp_path)
    _write(tmp_path, provider.name, BUILT_IN[provider.name])
    (tmp_path / "notes.txt").write_text("not a fixture")
    copied = Fixtures(ALL, tmp_path)
    assert _contents(built_in) == _contents(copied) == _contents(defaults)
    assert built_in.digest == copied.digest == defaults.digest
    _write(tmp_path, provider.name, {**BUILT_IN[provider.name], "memory": {}})
    replaced = Fixtures(ALL, tmp_path)
    document = Document(provider.fixture)
    empty = document.write(document.read({**BUILT_IN[provider.name], "memory": {}}))
    assert _contents(replaced)[provider.name] == empty
    changed = {name for name, content in _contents(replaced).items() if content != _contents(defaults)[name]}
    assert changed <= {provider.name}
    assert replaced.digest != defaults.digest


def _contents(fixtures: Fixtures) -> dict[str, dict[str, Any]]:
    """Return the content of the fixtures as JSON, for any of their types."""
    return {name: write(fixture) for name, fixture in fixtures.items()}


def _changed(name: str, place: str, content: object) -> dict[str, Any]:
    """Return the built-in fixture of a provider, with other content in one place."""
    changed = deepcopy(BUILT_IN[name])
    above: Any = changed
    *parents, last = place.split("/")
    for part in parents:
        above = above[int(part)] if isinstance(above, list) else above[part]
    above[int(last) if isinstance(above, list) else last] = content
    return changed


def _write(directory: Path, name: str, content: object) -> Path:
    path = directory / f"{name}.json"
    path.write_text(json.dumps(content))
    return path
