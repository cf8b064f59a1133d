"""The clients for Python and Node have methods for the same operations of the control API."""

import ast
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
NODE, PYTHON = ROOT / "clients" / "node" / "src", ROOT / "emulator" / "client"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}

WITHOUT_METHOD = {
    "GET /health": "starting and connecting show it",
    "GET /contracts/control.json": "for generators and viewers",
    "GET /contracts/{}.json": "for generators and viewers",
    "GET /fixtures/{}.schema.json": "for editors",
    "GET /evidence": "for readers; tests use the option `evidence`",
    "GET /spaces": "a test knows its space",
    "GET /scenarios": "for people",
    "GET /story": "`play` returns it",
    "POST /story/continue": "for demos",
    "GET /snapshots": "a test has snapshots as values",
    "POST /snapshots/{}": "a test has snapshots as values",
    "DELETE /snapshots/{}": "a test has snapshots as values",
    "POST /snapshots/{}/restore": "a test has snapshots as values",
    "GET /acts": "for people",
    "GET /webhooks/{}": "the list has whole webhooks",
    "GET /ledger/flows": "for the dashboard",
}
"""Operations that no client has a method for: ``control`` calls them."""
ONE_OR_ALL = {"GET /providers", "GET /providers/{}", "DELETE /faults/{}"}
"""Node loads all providers at once, because members cannot be awaited; Python each when it is used."""


def test_the_clients_cover_the_same_operations() -> None:
    """Every operation has a method in Python and one in Node, or a reason why it has none."""
    documented = _documented() - ONE_OR_ALL
    assert _called_from_python() - ONE_OR_ALL == documented - set(WITHOUT_METHOD)
    assert _called_from_node() - ONE_OR_ALL == documented - set(WITHOUT_METHOD)
    assert set(WITHOUT_METHOD) <= documented


def _documented() -> set[str]:
    contract = yaml.safe_load((ROOT / "contracts" / "control" / "openapi.yaml").read_text())
    paths = {path.removeprefix("/_emulator"): methods for path, methods in contract["paths"].items()}
    return {
        f"{method.upper()} {_without_names(path)}"
        for path, methods in paths.items()
        for method in methods
        if method.upper() in METHODS
    }


def _called_from_python() -> set[str]:
    """Return the operations of all calls with a method and a path."""
    trees = [ast.parse(file.read_text()) for file in PYTHON.glob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) >= 2]
    texts = [(_text(call.args[0]), _text(call.args[1])) for call in calls]
    return {f"{method} {_below(path)}" for method, path in texts if method in METHODS}


def _called_from_node() -> set[str]:
    """Return the operations that the sources name."""
    sources = "".join(file.read_text() for file in NODE.glob("*.ts") if file.name != "contract.ts")
    code = re.sub(r"/\*\*.*?\*/", "", sources, flags=re.DOTALL)
    return {_without_names(name) for name in re.findall(r'"((?:GET|POST|PUT|PATCH|DELETE) /[^"]*)"', code)}


def _text(node: ast.AST) -> str:
    """Return a string of the code, with ``{}`` for each of its values."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else "{}"


def _without_names(path: str) -> str:
    return re.sub(r"{\w+}", "{}", path)


def _below(path: str) -> str:
    """Return the path below ``/_emulator``."""
    return path.rpartition("/_emulator")[2]
