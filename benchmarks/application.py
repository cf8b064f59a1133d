"""The ASGI application in this process, called without a socket, and measurements in processes of their own."""

import asyncio
import json
import os
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from multiprocessing import get_context
from statistics import median
from typing import Any, TypeAlias

from starlette.types import Message

from benchmarks.load import SERVER_CORE, UNIQUE, Call
from benchmarks.workloads import JSON
from emulator.app import create_app

ROUNDS = 5
REQUESTS_A_ROUND = 200

Figures: TypeAlias = Mapping[str, Any]
Work: TypeAlias = tuple[Callable[..., Coroutine[Any, Any, Sequence[Figures]]], tuple[Any, ...]]
"""A measurement, and its arguments."""


class Application:
    """The ASGI application, called without a socket."""

    def __init__(self) -> None:
        self.app = create_app()

    async def send(self, call: Call, space: str, unique: str = "") -> bytes:
        """Send a request and return the body. The reply must have the status that the call expects."""
        path, _, query = f"/~{space}{call.path}".partition("?")
        headers = {**call.headers, **({call.unique: unique} if call.unique else {})}
        scope = {
            "type": "http",
            "method": call.method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1"), *((k.lower().encode(), v.encode()) for k, v in headers.items())],
            "http_version": "1.1",
            "scheme": "http",
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": call.body.replace(UNIQUE, unique).encode(), "more_body": False}

        async def respond(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, respond)
        body = b"".join(message.get("body", b"") for message in sent)
        assert sent[0]["status"] == call.status, (call.method, path, sent[0]["status"], body)
        return body

    async def command(self, method: str, path: str, body: object, space: str) -> None:
        """Send a request to the control API."""
        await self.send(Call(method, f"/_emulator{path}", JSON, json.dumps(body)), space)

    async def timed(self, calls: Sequence[Call], space: str, unique: str = "timed") -> float:
        """Return the CPU microseconds of a request, on average of several. Other programs change them little."""
        began = time.process_time()
        for number, call in enumerate(calls):
            await self.send(call, space, f"{unique}-{number}")
        return (time.process_time() - began) / len(calls) * 1e6


def compared(what: str, rounds: Sequence[tuple[float, float]]) -> Figures:
    return {
        "what": what,
        "unit": "µs",
        "little": round(median(few for few, _ in rounds), 1),
        "much": round(median(many for _, many in rounds), 1),
        "ratio": round(median(many / few for few, many in rounds), 2),
    }


def measured(works: Sequence[Work]) -> Sequence[Figures]:
    """Return the figures of every measurement. Each has a new process with its own memory."""
    figures: list[Figures] = []
    for work in works:
        with get_context("fork").Pool(1) as pool:
            figures += pool.apply(_alone, (work[0], *work[1]))
    return figures


def _alone(work: Callable[..., Coroutine[Any, Any, Sequence[Figures]]], *arguments: Any) -> Sequence[Figures]:
    os.sched_setaffinity(0, {SERVER_CORE})
    return asyncio.run(work(*arguments))
