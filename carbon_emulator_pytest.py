"""The pytest plugin of Carbon Emulator: a new space for each test, on a server for each worker or a shared one.

Fixtures: ``carbon_emulator`` for the session; ``carbon_space`` and one for each provider (``cnaught``, ``thallo``, …)
for each test, all in one space. ``@pytest.mark.carbon(at="2026-01-01", seed=3, strict=True, evidence="docs")`` freezes
the space's clock, seeds its ids, fails the test if its client sent something that nothing reads, and fails it if it
relied on behavior with weaker evidence. ``scenario="shop"`` fills the space with a scenario first.

This module is all that pytest loads of Carbon Emulator for a project that does not use it. It imports the package
``emulator`` when a test first uses a fixture, and so does not conflict with a package of that name of the project.
"""

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emulator.client.handles import ProviderHandle, SpaceHandle

PACKAGE = Path(__file__).with_name("emulator")
PROVIDERS = sorted(path.parent.name for path in PACKAGE.glob("providers/*/__init__.py"))
"""The providers, without importing them. A test compares them with the list in ``emulator.providers``."""

MARKER = ("at", "seed", "strict", "evidence", "scenario")
"""The arguments of ``@pytest.mark.carbon``."""

_space_of_test = pytest.StashKey["SpaceHandle"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("carbon-emulator")
    group.addoption(
        "--carbon-emulator-url",
        default=os.environ.get("CARBON_EMULATOR_URL"),
        help="Use the Carbon Emulator at this URL for all workers, instead of one for each; CARBON_EMULATOR_URL too.",
    )
    group.addoption(
        "--carbon-emulator-token",
        default=os.environ.get("CARBON_EMULATOR_CONTROL_TOKEN"),
        help="The control token of that server; CARBON_EMULATOR_CONTROL_TOKEN too.",
    )
    group.addoption(
        "--carbon-emulator-fixtures",
        help="A directory of fixtures (see `carbon-emulator fixtures init`), relative to the root directory.",
    )
    group.addoption(
        "--carbon-emulator-bundles",
        default=os.environ.get("CARBON_EMULATOR_BUNDLES") or ".carbon-emulator",
        help="The directory for the recorded runs of failing tests, relative to the root directory "
        "(default: .carbon-emulator); CARBON_EMULATOR_BUNDLES too.",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "carbon(at, seed, strict, evidence, scenario): configure the test's space of Carbon Emulator: its clock, its "
        "seed, what the test must not do, and the scenario that fills it",
    )


# --- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def carbon_emulator(request: pytest.FixtureRequest) -> Iterator["SpaceHandle"]:
    """A running Carbon Emulator: in this process, or the one at ``--carbon-emulator-url``."""
    yield from _plugin().serve(request.config)


@pytest.fixture
def carbon_space(carbon_emulator: "SpaceHandle", request: pytest.FixtureRequest) -> Iterator["SpaceHandle"]:
    """A new space of Carbon Emulator for this test: its clock, faults, requests, webhooks and all providers."""
    for space in _plugin().open_space(carbon_emulator, request.node):
        request.node.stash[_space_of_test] = space
        yield space


def _provider_fixture(name: str) -> Callable[..., "ProviderHandle"]:
    def provider(carbon_space: "SpaceHandle") -> "ProviderHandle":
        return carbon_space.provider(name)

    provider.__doc__ = f"The provider ``{name}`` in the test's space: its URL, credentials, clock, faults and requests."
    fixture: Callable[..., ProviderHandle] = pytest.fixture(name=name)(provider)
    return fixture


globals().update({f"{name}_provider": _provider_fixture(name) for name in PROVIDERS})


# --- hooks ------------------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    yield
    space = item.stash.get(_space_of_test, None)
    if space is not None:
        _plugin().check(space, item)
    elif _is_marked_itself(item):
        pytest.fail(
            "@pytest.mark.carbon has no effect: the test uses no space; add the fixture carbon_space, or a provider's: "
            + ", ".join(PROVIDERS),
            pytrace=False,
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    space = item.stash.get(_space_of_test, None)
    if space is not None and report.when != "teardown":
        _plugin().add_section(report, space, item)
    return report  # type: ignore[no-any-return]


def _is_marked_itself(item: pytest.Item) -> bool:
    """Return whether a test has the marker itself: not through its module, its class or a hook that marks all tests.

    A marker with other arguments is another project's.
    """
    marks = getattr(getattr(item, "function", None), "pytestmark", ())
    return any(mark.name == "carbon" and not mark.args and {*mark.kwargs} <= {*MARKER} for mark in marks)


def _plugin() -> ModuleType:
    """Import the rest of the plugin. Fails the test if another package is in its place."""
    found = _location("emulator")
    if not (found.exists() and found.samefile(PACKAGE)):
        pytest.fail(
            f"Carbon Emulator cannot be used here: `import emulator` finds {found} instead of {PACKAGE}. "
            "Rename that package, or keep its parent directory out of sys.path.",
            pytrace=False,
        )
    from emulator.core.real_time import real_datetime

    with real_datetime():
        from emulator import pytest_plugin
    return pytest_plugin


def _location(package: str) -> Path:
    """Return where a package would be imported from, or has been, without importing it."""
    try:
        spec = find_spec(package)
    except ValueError:  # it is a module without a spec, which something has put into sys.modules
        spec = None
    return Path(spec.origin).parent if spec and spec.origin else Path("(a namespace package)")
