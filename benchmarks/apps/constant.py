"""The floor: an application that reads the body and sends one constant reply."""

import json
import os
from pathlib import Path

from starlette.types import Receive, Scope, Send

REPLY = json.loads(Path(os.environ["BENCH_REPLY"]).read_bytes())
START = {
    "type": "http.response.start",
    "status": REPLY["status"],
    "headers": [(name.encode(), value.encode()) for name, value in REPLY["headers"]],
}
REST = {"type": "http.response.body", "body": REPLY["body"].encode()}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send(START)
    await send(REST)
