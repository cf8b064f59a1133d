"""Requests that are not performed again (docs.cnaught.com, Idempotency)."""

from hashlib import blake2b

import orjson
from starlette.responses import Response

from emulator.core import exact_json
from emulator.core.errors import Malformed
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.endpoints.asking import backend, subaccount_id
from emulator.providers.cnaught.endpoints.showing import as_it_stood
from emulator.providers.cnaught.memory import Account, Answer, Order, State
from emulator.web.reading import bearer_token, json_body
from emulator.web.replies import reply
from emulator.web.request import Request

IDEMPOTENCY_KEY_CHARACTERS_MAX = 512


class Attempt:
    """A request that may have been made before, as its ``Idempotency-Key`` tells. Without one, it never was."""

    def __init__(self, request: Request, account: Account) -> None:
        self.request = request
        self.account = account
        self.cnaught = backend(request)
        self.key = _key(request)
        self.fingerprint = _fingerprint(request) if self.key else ""

    def first_answer(self) -> Response | None:
        """What the first request with this key was answered; None when this is the first.

        Raises IdempotencyKeyTooLong, ConcurrentRequests while the first is still running, ChangedPayload.
        """
        if not self.key:
            return None
        if len(self.key) > IDEMPOTENCY_KEY_CHARACTERS_MAX:
            raise errors.IdempotencyKeyTooLong
        if any(_same_attempt(other, self.request) for other in self.request.earlier_held()):
            raise errors.ConcurrentRequests
        first = self.cnaught.answers.first(self.account, self.key, self.fingerprint)
        if first is None:
            return None
        return Response(self._body(first), first.status, {"X-Idempotent-Replay": "true"}, "application/json")

    def answered(self, answer: Response) -> Response:
        """The answer, kept for later requests with the same key."""
        self._remember(answer.status_code, body=bytes(answer.body).decode())
        return answer

    def answered_with(self, order: Order, status: int) -> Response:
        """An order as the answer, kept for later requests with the same key."""
        state = order.state(self.cnaught.clock.now)
        self._remember(status, order_id=order.id, state=state)
        return reply(as_it_stood(self.cnaught, order, state), status)

    def _remember(
        self, status: int, body: str | None = None, order_id: str | None = None, state: State | None = None
    ) -> None:
        if self.key:
            answer = Answer(self.cnaught.clock.now, self.fingerprint, status, body, order_id, state)
            self.cnaught.answers.remember(self.account, self.key, answer)

    def _body(self, answer: Answer) -> bytes | str:
        if answer.order_id is None or answer.state is None:
            return answer.body or ""
        return orjson.dumps(as_it_stood(self.cnaught, self.cnaught.memory.orders[answer.order_id], answer.state))


def _key(request: Request) -> str | None:
    return request.header(b"idempotency-key")


def _same_attempt(other: Request, request: Request) -> bool:
    return _key(other) == _key(request) and bearer_token(other) == bearer_token(request)


def _fingerprint(request: Request) -> str:
    """Of what was asked: method, path, subaccount and JSON body, whatever the order of its members and white space."""
    try:
        body = exact_json.canonical(json_body(request))
    except Malformed:  # not JSON: then white space counts
        body = request.exchange.body
    asked = [request.method, request.scope["path"], subaccount_id(request)]
    return blake2b(orjson.dumps(asked) + body, digest_size=8).hexdigest()
