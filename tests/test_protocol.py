"""The protocol by itself, without a network: requests that come in pieces of any size."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from emulator.server.protocol import HEAD_BYTES_MAX, BoundedHead
from emulator.server.server import uvicorn_server

SMALL, LARGE = HEAD_BYTES_MAX - 1000, HEAD_BYTES_MAX + 1000
"""Clear of the limit to either side: where it falls to the byte depends on how a head comes."""

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n"


class Wire(asyncio.Transport):
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.said = b""
        self.closing = False

    def write(self, data: Any) -> None:
        self.said += data

    def close(self) -> None:
        self.closing = True

    def is_closing(self) -> bool:
        return self.closing

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def measure(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that answers how long the body is."""
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]})
    await send({"type": "http.response.body", "body": b"%6d" % length})


def request(head_bytes: int, body_bytes: int) -> bytes:
    begin = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\nA: " % body_bytes
    return begin + b"x" * (head_bytes - len(begin) - 4) + b"\r\n\r\n" + b"y" * body_bytes


async def served(pieces: Sequence[bytes], slowly: bool) -> bytes:
    """What is said to bytes that come in these pieces, each when all before it is dealt with, or right after it."""
    config = uvicorn_server(measure).config
    config.load()
    state = ServerState()
    protocol = BoundedHead(config, state, {}, asyncio.get_running_loop())
    wire = Wire()
    protocol.connection_made(wire)
    for piece in pieces:
        protocol.data_received(piece)
        if slowly:
            await settled(state)
    await settled(state)
    for task in state.tasks:
        task.cancel()
    return wire.said


async def settled(state: ServerState) -> None:
    """Let everything run that does not wait for more to come."""
    for _ in range(20):
        await asyncio.sleep(0)


requests = st.lists(
    st.tuples(st.sampled_from([100, 100, SMALL, LARGE]), st.sampled_from([0, 1, 900, 70_000])), min_size=1, max_size=4
)
cuts = st.lists(st.integers(0, 4 * (LARGE + 70_000)), max_size=8)


@given(requests, cuts, st.booleans())
@example([(LARGE, 0)], [], True)  # was refused twice
@example([(LARGE, 0)], [LARGE - 1], True)  # was let through
def test_pieces_make_no_difference(asked: list[tuple[int, int]], cuts: list[int], slowly: bool) -> None:
    """However the bytes come, each request is answered in turn, up to the first one with too large a head.

    That one is told so, unless an earlier one still waits for its answer.
    """
    sent = b"".join(request(*one) for one in asked)
    places = sorted({0, len(sent), *(cut % len(sent) for cut in cuts)})
    said = asyncio.run(served([sent[start:end] for start, end in pairwise(places)], slowly))
    heads = [head for head, _ in asked]
    good = heads.index(LARGE) if LARGE in heads else len(heads)
    answers, _, refusal = said.partition(b"HTTP/1.1 431 ")
    assert [int(answer) for answer in answers.split(HEAD)[1:]] == [body for _, body in asked[:good]]
    assert refusal.count(b"HTTP/1.1") == 0
    assert bool(refusal) <= (good < len(heads))
    assert refusal or good > 0
