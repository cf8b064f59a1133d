"""Server-sent events: a reply that continues while events happen."""

from collections.abc import AsyncGenerator, Mapping

from starlette.responses import Response

from emulator.core.exact_json import dump


class EventStream(Response):
    """A reply of server-sent events, sent part by part until the parts end or the client disconnects."""

    def __init__(self, parts: AsyncGenerator[bytes]) -> None:
        super().__init__(media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        self.raw_headers = [(name, value) for name, value in self.raw_headers if name != b"content-length"]
        self.parts = parts


def event(kind: str, id: str, data: Mapping[str, object]) -> bytes:
    """Return one event. Its data is one line of JSON."""
    return b"event: %s\nid: %s\ndata: %s\n\n" % (kind.encode(), id.encode(), dump(data))
