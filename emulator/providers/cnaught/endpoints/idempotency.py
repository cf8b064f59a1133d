"""Requests with an ``Idempotency-Key`` (docs.cnaught.com, Idempotency)."""

from hashlib import blake2b
from typing import Any

import orjson
from starlette.responses import Response

from emulator.core import exact_json
from emulator.core.bounded_cache import RepeatedCache
from emulator.core.errors import Malformed
from emulator.core.struct import replace
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.endpoints.context import backend, subaccount_id
from emulator.providers.cnaught.memory.catalogue import Account
from emulator.providers.cnaught.memory.records import KeyedReply, Order, State, Subaccount
from emulator.providers.cnaught.wire import outgoing
from emulator.web.reading import REMEMBERED_BYTES_MAX, REMEMBERED_MAX, bearer_token, json_body
from emulator.web.replies import reply
from emulator.web.request import Request

IDEMPOTENCY_KEY_CHARACTERS_MAX = 512

IDEMPOTENT = frozenset({"place_order", "place_ride_order", "cancel_order", "create_subaccount"})
"""The operations that document the header. The others ignore it, also while they run."""


class Attempt:
    """A request that may repeat an earlier one with the same key. An empty key counts as none."""

    def __init__(self, request: Request, account: Account) -> None:
        self.request = request
        self.account = account
        self.cnaught = backend(request)
        self.key = _key(request)
        self.fingerprint = _fingerprint(request) if self.key else ""

    def replay(self) -> Response | None:
        """Return the reply to the first request with this key; None if this is the first.

        Raises IdempotencyKeyTooLong, ConcurrentRequests while the first is still running, ChangedPayload.
        """
        if not self.key:
            return None
        if len(self.key) > IDEMPOTENCY_KEY_CHARACTERS_MAX:
            raise errors.IdempotencyKeyTooLong
        if self.request.held and any(_repeats(self.request, earlier) for earlier in self.request.earlier_held()):
            raise errors.ConcurrentRequests
        first = self.cnaught.idempotency.first_reply(self.account, self.key, self.fingerprint)
        if first is None:
            return None
        return reply(self._shown(first), first.status, {"X-Idempotent-Replay": "true"})

    def reply_with_order(self, order: Order, status: int, state: State) -> Response:
        """Return an order in a state, and remember the reply."""
        self._remember(status, order_id=order.id, state=state)
        return reply(outgoing.order(self.cnaught, order, state), status)

    def reply_with_subaccount(self, subaccount: Subaccount, status: int) -> Response:
        """Return a subaccount, and remember the reply."""
        self._remember(status, subaccount=replace(subaccount))
        return reply(outgoing.subaccount(subaccount), status)

    def _remember(self, status: Any, **shown: Any) -> None:
        if self.key:
            remembered = KeyedReply(self.cnaught.clock.now, self.fingerprint, status, **shown)
            self.cnaught.idempotency.remember(self.account, self.key, remembered)

    def _shown(self, first: KeyedReply) -> dict[str, object]:
        """Return what the first reply showed. Of an order, only what follows from its state changes."""
        if first.subaccount is not None:
            return outgoing.subaccount(first.subaccount)
        assert first.order_id is not None
        return outgoing.order(self.cnaught, self.cnaught.memory.orders[first.order_id], first.state)


def _key(request: Request) -> str | None:
    return request.header(b"idempotency-key")


def _repeats(request: Request, earlier: Request) -> bool:
    return (
        earlier.exchange.operation in IDEMPOTENT
        and _key(earlier) == _key(request)
        and bearer_token(earlier) == bearer_token(request)
    )


def _fingerprint(request: Request) -> str:
    """Return a digest of method, path, subaccount and JSON body; white space and the order of members do not count."""
    scope = request.scope
    sent = request.content, scope["method"], scope["path"], subaccount_id(request)
    digest = _digests.get(sent)
    if digest is None:
        try:
            body = exact_json.canonical(json_body(request))
        except Malformed:  # not JSON: then white space counts
            body = request.content
        digest = blake2b(orjson.dumps(sent[1:]) + body, digest_size=8).hexdigest()
        if len(request.content) <= REMEMBERED_BYTES_MAX and _digests.repeats(sent):
            _digests.put(sent, digest)
    return digest


_digests = RepeatedCache[tuple[bytes, str, str, str | None], str](REMEMBERED_MAX)
