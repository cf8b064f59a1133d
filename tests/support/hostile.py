"""Hostile snapshots: one value of a provider's memory, or of a space, is replaced, removed or added."""

import json
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any, TypeAlias

import httpx

from emulator.client.handles import SpaceHandle

Place: TypeAlias = tuple[str | int, ...]

HERE = "<here>"

VALUES = (
    *("null", "true", "0", "1", "-1", "0.5", "1e400", "-1e400", "1e-400", str(2**63), str(2**64), "1" + "0" * 400),
    *('""', '" "', '"x"', '"\\u0000"', '"💥"', '"{{secret:1:2}}"', f'"{"9" * 5000}"', '"NaN"', '"a/b c"'),
    *('"U1"', '"1"', '"http://127.0.0.1/"', '"http://xn--ls8h.example/"'),
    *('"0001-01-01T00:00:00Z"', '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59.999Z"'),
    *('"9999-12-31T23:59:59.999-14:00"', '"1969-12-31T23:59:59.999Z"', '"2024-06-12T15:22:14.753Z"'),
    *("[]", "{}", "[null]", '{"a": null}', '[[[["x"]]]]'),
)
"""Values of every JSON type, as JSON text: null, too large, too small, invalid dates, text that needs escaping."""

REMOVED, COPIED = "removed", "copied"

CHANGES = (*VALUES, REMOVED, COPIED)
"""Changes of a part: one of the values replaces it, or it is removed or duplicated."""


class Hostile:
    """A space, its snapshot, and hostile variations of one part: a provider's memory, or everything else.

    Not a dataclass: Hypothesis would print its fields.
    """

    def __init__(self, space: SpaceHandle, snapshot: dict[str, Any], provider: str | None = None) -> None:
        self.space = space
        memory = snapshot["memory"]
        if provider:
            self._part = memory[provider]
            others = {name: _emptied(content) for name, content in memory.items() if name != provider}
            self._rest = json.dumps({**snapshot, "memory": {**others, provider: HERE}})
        else:
            self._part = {name: snapshot[name] for name in snapshot if name != "memory"}
            self._rest = json.dumps({"memory": memory})
        self._variations = [(place, change) for place in places(self._part) for change in CHANGES]

    def restored(self, number: int) -> str | None:
        """Restore a variation. Return the change if the server accepts it, and None if it is refused with 400."""
        place, made = self._variations[number % len(self._variations)]
        change, text = f"{made[:40]} at {'.'.join(map(str, place))}", varied(self._part, place, made)
        rest = self._rest
        content = rest.replace(f'"{HERE}"', text) if HERE in rest else f"{rest[:-1]}, {text[1:]}"
        reply = self.space.http.put(f"{self.space.url}/_emulator/snapshot", content=content)
        assert reply.status_code in (200, 400), f"{change}: {reply.text}"
        return change if reply.status_code == 200 else None

    def restored_again(self) -> httpx.Response:
        """Take a snapshot of the space and restore it, digit by digit."""
        taken = self.space.http.get(f"{self.space.url}/_emulator/snapshot").content
        return self.space.http.put(f"{self.space.url}/_emulator/snapshot", content=taken)


def failures(change: str, replies: Iterable[httpx.Response]) -> list[str]:
    """Describe the replies that failed because of a hostile value."""
    return [f"{change}: {reply.url} {reply.text}" for reply in replies if reply.is_server_error]


def _emptied(memory: dict[str, Any]) -> dict[str, Any]:
    """Return a provider's memory without records, which is restored in a tenth of the time."""
    return {
        name: part if name == "settings" or not isinstance(part, dict | list) else type(part)()
        for name, part in memory.items()
    }


def varied(document: Any, place: Place, change: str) -> str:
    """Return a document with one part changed, as JSON text."""
    changed = deepcopy(document)
    holder, last = at(changed, place[:-1]), place[-1]
    if change == REMOVED:
        del holder[last]
    elif change != COPIED:
        holder[last] = HERE
    elif isinstance(holder, list):
        holder.append(holder[last])
    else:
        holder[f"{last}x"] = holder[last]
    return json.dumps(changed).replace(f'"{HERE}"', change)


def places(document: Any, above: Place = ()) -> Iterator[Place]:
    """Yield the place of every member and item of a document, at any depth."""
    parts = document.items() if isinstance(document, dict) else enumerate(document)
    for name, part in parts:
        yield (*above, name)
        if isinstance(part, dict | list):
            yield from places(part, (*above, name))


def at(document: Any, place: Iterable[str | int]) -> Any:
    """Return the part of a document at a place."""
    for part in place:
        document = document[part]
    return document


CONTROL_URLS = (
    "http://127.0.0.1:4412/_emulator/reset",
    "http://localhost:4412/~other/_emulator/webhooks/webhook-1/redeliver",
    "http://[::1]:4412/_emulator",
    "http://LOCALHOST/_emulator?x",
    "http://127.0.0.1/%5Femulator/reset",
    "http://127.0.0.1/%7Ea/_emul%61tor/reset",
    "http://127.0.0.1/a/../_emulator/reset",
    "http://127.0.0.1/./_emulator/reset",
    "https://user:pass@emulator.test/_emulator/reset#x",
)
"""Callbacks to a control API. One that could redeliver itself there would never end."""
