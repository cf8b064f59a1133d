"""The SDK in its own process, and a client for it that is called like the one in Node."""

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Self, TypeAlias

from tests.sdk.cnaught.declared import Declared

HERE = Path(__file__).parent
PACKAGE = HERE / "node_modules/@cnaught/cnaught-node-sdk"

Call: TypeAlias = tuple[str, Sequence[Any]]
"""A method's name and arguments. A datetime becomes a Date, bytes a Buffer, and BytesIO a stream."""


class Thrown(Exception):
    """An error that the SDK threw: the name of its class, and the status and problem details of a CNaughtError."""

    def __init__(self, kind: str, message: str, status: int | None = None, problem: Any = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = status
        self.problem = problem


class NodeSdk:
    """A running ``call.mjs``, until the end of its ``with`` block."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.declared = Declared(PACKAGE / "dist")
        self._process = subprocess.Popen(
            [node, "call.mjs"], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        described = self._read()
        self.version: str = described["version"]
        self.methods: set[str] = set(described["methods"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._process.communicate(timeout=10)  # the end of its input ends it

    def outcomes(self, url: str, key: str, calls: Sequence[Call]) -> list[Any]:
        """Make calls at the same time. Return each result, checked against its declared type, or what was thrown."""
        calls_json = [{"url": url, "key": key, "method": method, "args": args} for method, args in calls]
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(calls_json, default=_wrapped) + "\n")
        self._process.stdin.flush()
        return [self._outcome(method, printed) for (method, _), printed in zip(calls, self._read(), strict=True)]

    def _outcome(self, method: str, printed: dict[str, Any]) -> Any:
        if "error" in printed:
            return Thrown(**printed["error"])
        misfits = list(self.declared.misfits(printed["value"], self.declared.results[method], method))
        assert not misfits, misfits
        return printed["value"]

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the Node process has ended"
        return json.loads(line)


class Client:
    """``new CNaughtApiClient(key)`` at an address. Its methods are the SDK's; they raise Thrown."""

    def __init__(self, sdk: NodeSdk, url: str, key: str) -> None:
        self._sdk = sdk
        self._url = url
        self._key = key

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)
        return lambda *args: self._call(method, args)

    def with_key(self, key: str) -> "Client":
        return Client(self._sdk, self._url, key)

    def together(self, *calls: Call) -> list[Any]:
        """Return what calls that are made at the same time return or throw."""
        return self._sdk.outcomes(self._url, self._key, calls)

    def _call(self, method: str, args: Sequence[Any]) -> Any:
        [outcome] = self.together((method, args))
        if isinstance(outcome, Thrown):
            raise outcome
        return outcome


def installed_node() -> str | None:
    """Return the ``node`` that runs the SDK; None if it or the SDK is not installed."""
    return shutil.which("node") if PACKAGE.exists() else None


def _wrapped(value: object) -> dict[str, str]:
    match value:
        case datetime():
            return {"date": value.isoformat()}
        case bytes():
            return {"buffer": b64encode(value).decode()}
        case BytesIO():
            return {"stream": b64encode(value.getvalue()).decode()}
        case _:
            raise TypeError(type(value))
