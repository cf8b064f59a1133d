"""The floor: an application that reads the body and answers the same bytes, whatever is asked."""

import os
from pathlib import Path

from starlette.types import Receive, Scope, Send

BODY = Path(os.environ["BENCH_REPLY"]).read_bytes()
START = {
    "type": "http.response.start",
    "status": int(os.environ["BENCH_STATUS"]),
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))],
}
REST = {"type": "http.response.body", "body": BODY}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send(START)
    await send(REST)
