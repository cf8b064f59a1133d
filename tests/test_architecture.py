"""The architecture: imports between packages, access to time and randomness, names, and lengths of files."""

import ast
import inspect
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import emulator
from emulator.control import app as control_app
from emulator.core.ledger import Books
from emulator.core.on_demand import OnDemand
from emulator.providers import ALL
from emulator.web.provider import Provider

PACKAGE = Path(emulator.__file__).parent
ROOT = PACKAGE.parent
MODULES = OnDemand(
    (path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")),
    lambda name: ast.parse((PACKAGE / name).read_bytes()),
)
"""The syntax trees of all modules, by their paths. Not every process that collects the tests reads them."""

PACKAGES = (
    ("core",),
    ("web",),
    ("providers",),
    ("space",),
    ("evidence",),
    ("gateway",),
    ("log",),
    ("bundles",),
    ("scenarios",),
    ("pages",),
    ("control",),
    ("ui",),  # its pages use the control API and nothing else
    ("app",),
    ("tls",),
    ("server",),
    ("proxy",),
    ("client",),
    ("conformance",),
    ("exec",),
    ("pytest_plugin", "cli"),
)
"""The packages and modules of ``emulator``, lowest first. Each may import itself and those before it."""

LAYERS = ("errors", "memory", "backend", "books", "wire", "endpoints", "wording", "app")
"""The modules of a provider, or packages with one file a noun. Each may import those before it, and a file of a package
its neighbors; a provider's own modules are between memory and backend."""

RULES = re.compile(r"^providers/\w+/(?!(errors|wording|memory|wire|endpoints|app|__init__)\b)|^core/ledger\.py$")
"""Modules of rules, without input or output: backends, memories, and a provider's own modules."""

TIME_AND_CHANCE = {"core/clock.py", "core/ids.py"}
TIME_METHODS = ("datetime.now", "datetime.today", "date.today", "real_class(datetime).now")

REAL_TIME = {"cli/requests_command.py", "cli/server_commands.py", "client/event_loop.py", "conformance/pace.py"} | {
    "server/supervisor.py"
}
"""Commands that wait, event loops, and runs against other servers use the system time, not a space's."""

WIRES = ("emulator.web.reading", "emulator.web.replies", "emulator.web.request")

BANNED = {"utils", "helpers", "common", "base", "manager", "handler", "service", "mixin"}
TERMS = {"base_url"}
"""Technical terms that may contain a forbidden word."""

FILE_LINES_MAX = 320
FUNCTION_LINES_MAX = 40

UNTRACKED = [".git", *(line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split())]
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|root|home|Users|tmp/team|opt/pypi)/"
    r"|index[-_]url\b|//[^/\s]*(?:pypi|pythonhosted|npmjs|artifactory|nexus|devpi)"
)
"""A path of a developer's machine, or a package registry."""


def test_packages_import_downward() -> None:
    """A package imports only itself and lower packages, also in function bodies and for annotations."""
    levels = {name: _level(f"emulator.{name.removesuffix('.py').partition('/')[0]}") for name in MODULES}
    upward = [(name, module) for name in MODULES for module in emulator_imports(name) if _level(module) > levels[name]]
    assert upward == []


def test_layers_of_a_provider_import_downward() -> None:
    """A provider imports no other provider, and each of its modules only lower ones."""
    of_providers = [name for name in MODULES if re.match(r"providers/\w+/", name)]
    assert {name.split("/")[1] for name in of_providers} == set(ALL)
    assert [(name, module) for name in of_providers for module in _upward(name)] == []


def test_imports_have_no_cycle() -> None:
    """The import graph has no cycle, whether an import is at the top, in a function, or for annotations."""
    graph = {_dotted(name): set(emulator_imports(name)) for name in MODULES}
    graph.pop("emulator")  # it imports its public names on first use
    TopologicalSorter({module: found & graph.keys() - {module} for module, found in graph.items()}).prepare()


def test_only_clock_and_ids_use_time_and_randomness() -> None:
    """Only two modules read the system time or random numbers. The exempt modules exist and need the exemption."""
    uses = {name: found for name, tree in MODULES.items() if (found := list(_time_and_chance(tree)))}
    exempt = TIME_AND_CHANCE | REAL_TIME
    assert {name: found for name, found in uses.items() if name not in exempt} == {}
    assert exempt <= uses.keys()


@pytest.mark.parametrize("provider", ALL.values(), ids=lambda provider: provider.name)
def test_endpoints_of_vendors_cannot_wait(provider: Provider) -> None:
    """A turn is atomic: no endpoint of a vendor is ``async def``."""
    modules = [tree for name, tree in MODULES.items() if name.startswith(f"providers/{provider.name}/endpoints")]
    assert modules != []
    waiting = [node.name for tree in modules for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]
    assert waiting == []


def test_few_endpoints_of_the_control_api_wait() -> None:
    """Only endpoints that wait for requests or workers, replay one, or deliver webhooks are ``async def``."""
    endpoints = [route.endpoint for route in control_app.ROUTES.routes]
    waiting = {endpoint.__name__ for endpoint in endpoints if inspect.iscoroutinefunction(endpoint)}
    waiting -= {"list_spaces", "get_health"}  # they ask all workers
    assert waiting == {"wait_for_requests", "replay_request", "step_webhooks", "deliver_webhooks", "record_attempt"}


def test_only_route_tables_know_the_books() -> None:
    """Only the modules that declare a provider import its books, so a request does no work for them."""
    knowing = {name: module for name in MODULES for module in emulator_imports(name) if module.endswith(".books")}
    kept = [provider.name for provider in ALL.values() if isinstance(provider.books, Books)]
    assert knowing == {f"providers/{name}/app.py": f"emulator.providers.{name}.books" for name in kept}


def test_rules_do_not_wait_and_have_no_wire() -> None:
    """Backends and memories use no HTTP, JSON or await."""
    rules = {name: tree for name, tree in MODULES.items() if RULES.search(name)}
    assert len(rules) > len(ALL)
    wires = {"starlette", "orjson", "json", "pydantic", "pydantic_core", "httpx", *WIRES}
    imported = [(name, module) for name, tree in rules.items() for module, _ in imports(tree)]
    assert [found for found in imported if found[1] in wires or found[1].partition(".")[0] in wires] == []
    waiting = (ast.Await, ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith)
    nodes = [(name, node) for name, tree in rules.items() for node in ast.walk(tree)]
    assert [(name, node.lineno) for name, node in nodes if isinstance(node, waiting)] == []


def test_values_are_structs() -> None:
    """No module declares a dataclass: creating its class takes forty times as long."""
    assert [name for name, tree in MODULES.items() if "dataclasses" in {module for module, _ in imports(tree)}] == []


def test_names_are_specific() -> None:
    """No module, class, function or parameter has a name that could mean anything."""
    names = [(name, Path(part).stem) for name in MODULES for part in name.split("/")]
    names += [(name, found) for name, tree in MODULES.items() for found in _defined(tree)]
    assert [(name, found) for name, found in names if found not in TERMS and _words(found) & BANNED] == []


def test_files_are_short() -> None:
    """A file has about 300 lines at most."""
    lengths = {name: len((PACKAGE / name).read_text().splitlines()) for name in MODULES}
    assert {name: length for name, length in lengths.items() if length > FILE_LINES_MAX} == {}


def test_functions_are_short() -> None:
    """A function has at most 40 lines."""
    functions = [
        (name, node.name, (node.end_lineno or 0) - node.lineno + 1)
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert [found for found in functions if found[2] > FUNCTION_LINES_MAX] == []


def test_pydantic_is_given_no_generic_alias_to_call() -> None:
    """Validators and serializers are functions or classes: the signature of ``dict[str, str]`` varies."""
    aliases = [
        (name, ast.unparse(node))
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and any(isinstance(argument, ast.Subscript) for argument in node.args)
        and re.search("(Serializer|Validator)$", ast.unparse(node.func))
    ]
    assert aliases == []


def test_no_file_names_a_machine() -> None:
    """No file contains a path of a developer's machine, or a package registry."""
    found = {
        f"{path.relative_to(ROOT)}:{number}": line
        for path in _text_files()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if MACHINE.search(line)
    }
    assert found == {}


# --- reading the code -------------------------------------------------------------------------------------------------


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield every import at any depth: the module, and the name imported from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            yield from ((node.module or "", alias.name) for alias in node.names)


def emulator_imports(name: str) -> Iterator[str]:
    """Return a module's imports of the package; ``from emulator.core import ids`` imports ``emulator.core.ids``."""
    for module, part in imports(MODULES[name]):
        whole = f"{module}.{part}".replace(".", "/")
        if module.partition(".")[0] == "emulator":
            inside = f"{whole}.py".removeprefix("emulator/") in MODULES
            yield whole.replace("/", ".") if inside else module


def _level(module: str) -> int:
    """Return the level of a module; entry points and modules that re-export names are above all others."""
    package = module.split(".")[1] if "." in module else "__init__"
    return next((level for level, packages in enumerate(PACKAGES) if package in packages), len(PACKAGES))


def _dotted(name: str) -> str:
    return f"emulator/{name}".removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _upward(name: str) -> list[str]:
    """Return what a provider's module imports of other providers, and of layers above its own."""
    _, provider, layer, *_ = name.split("/")
    own = f"emulator.providers.{provider}."
    siblings = [module for module in emulator_imports(name) if module.startswith("emulator.providers.")]
    layers = {module.removeprefix(own).partition(".")[0] for module in siblings if own in module} - {layer}
    foreign = [module for module in siblings if not f"{module}.".startswith(own)]
    return foreign + [found for found in layers if _layer(found) > _layer(layer.removesuffix(".py"))]


def _layer(module: str) -> float:
    """Return the layer of a provider's module; a module of its own is below the backend."""
    return LAYERS.index(module) if module in LAYERS else LAYERS.index("backend") - 0.5


def _time_and_chance(tree: ast.AST) -> Iterator[str]:
    for module, part in imports(tree):
        if module.partition(".")[0] in ("time", "random", "secrets") or part in ("uuid1", "uuid4", "urandom"):
            yield f"{module} {part}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("utcnow", "uuid1", "uuid4", "urandom"):
            yield node.attr
        if isinstance(node, ast.Attribute) and ast.unparse(node) in TIME_METHODS:
            yield ast.unparse(node)  # called here, or passed on to be called elsewhere
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("now", "today"):
            yield ast.unparse(node)


def _defined(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg


def _words(name: str) -> set[str]:
    """Return the words of a name in either style, and their singulars."""
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}
    return words | {word.removesuffix("s") for word in words}


def _text_files() -> Iterator[Path]:
    """Yield every text file of the project that would be committed."""
    for path in sorted(ROOT.rglob("*")):
        untracked = any(fnmatch(part, name) for part in path.relative_to(ROOT).parts for name in UNTRACKED)
        if path.is_file() and not untracked and b"\0" not in path.read_bytes():
            yield path
