"""The internals of uvicorn that the server overrides or uses: a change fails a test that names the method."""

import ast
import hashlib
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import Server

from emulator.server import server
from tests.test_architecture import MODULES, imports

KNOWN: dict[Callable[..., Any], tuple[dict[str, str], str]] = {
    Server.__init__: (
        {"1bef063a1291": "0.32 to 0.54"},
        "the server extends it, and uses config, should_exit, lifespan and servers",
    ),
    Server.serve: ({"67204ed8829b": "0.32 to 0.54"}, "it runs _serve within capture_signals"),
    Server._serve: (
        {"0200c418c8ea": "0.32 to 0.40", "06b94385ad40": "0.41 to 0.49", "d6060ad1e4b0": "0.50 to 0.54"},
        "it makes self.lifespan, and calls startup, main_loop and shutdown in this order",
    ),
    Server.startup: (
        {"41dda83dbe9e": "0.32 to 0.49", "7bc413a090a3": "0.50 to 0.54"},
        "the server extends it: it starts the lifespan, fills self.servers, and makes protocols from keyword arguments",
    ),
    Server.main_loop: ({"426ebff11562": "0.32 to 0.54"}, "it calls on_tick TICKS_PER_SECOND times a second"),
    Server.on_tick: (
        {"98ae87934df1": "0.32 to 0.40", "5a6b95f852ec": "0.41 to 0.54"},
        "the server extends it: it returns whether to stop",
    ),
    Server.shutdown: (
        {"7cd9f719a7e5": "0.32 and 0.33", "6e6039671221": "0.34 to 0.54"},
        "the server replaces it: it closes listeners and connections, waits for tasks, and ends the lifespan",
    ),
    Server.capture_signals: (
        {"a43d0e1ca493": "0.32 to 0.54"},
        "the server replaces it: it installs handle_exit in the main thread, and restores what was there",
    ),
    Server.handle_exit: ({"c0d87138374e": "0.32 to 0.54"}, "our capture_signals installs it: it sets should_exit"),
}
"""The fingerprints of each method, with the reviewed versions of uvicorn, and what it must do."""


@pytest.mark.parametrize("method", KNOWN, ids=lambda method: method.__qualname__)
def test_uvicorn_has_not_changed(method: Callable[..., Any]) -> None:
    """Each method of uvicorn that the server replaces, extends or uses has been reviewed."""
    fingerprints, check = KNOWN[method]
    found = fingerprint(method)
    assert found in fingerprints, (
        f"uvicorn {uvicorn.__version__} has changed {method.__qualname__} (fingerprint {found}). "
        f"Check emulator/server/server.py again: {check}. Then add the fingerprint here."
    )


def test_a_fingerprint_depends_on_code_only() -> None:
    """A fingerprint changes with the code, not with comments or layout."""
    assert fingerprint(_one) != fingerprint(_other)
    assert fingerprint(_one) == fingerprint(_one_with_comment)


def test_every_replaced_method_is_listed() -> None:
    """The table above lists every method that the server overrides."""
    overridden = {name for name, value in vars(server.Server).items() if callable(value) and hasattr(Server, name)}
    assert overridden <= {method.__name__ for method in KNOWN}


def test_one_module_uses_uvicorn() -> None:
    """No other module imports uvicorn or accesses objects behind bound methods."""
    importing = {
        name for name in MODULES for module, _ in imports(MODULES[name]) if module.partition(".")[0] == "uvicorn"
    }
    assert importing == {"server/server.py"}
    assert {name for name, tree in MODULES.items() if "__self__" in ast.dump(tree)} == set()


def fingerprint(method: Callable[..., Any]) -> str:
    """Return a hash of a method's source, without its name, comments and whitespace."""
    text = re.sub(r"#.*", "", inspect.getsource(method)).partition("(")[2]
    return hashlib.sha256("".join(text.split()).encode()).hexdigest()[:12]


def _one(value: int) -> int:
    return value + 1


def _other(value: int) -> int:
    return value + 2


def _one_with_comment(value: int) -> int:
    # one more
    return value + 1
