"""Requests that are not performed again (docs.cnaught.com, Idempotency)."""

from hashlib import blake2b

import orjson
from starlette.requests import Request
from starlette.responses import Response

from emulator.core.errors import Malformed
from emulator.core.http import bearer_token, exchange_of, held_requests, json_body
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.endpoints.asking import subaccount_id, vendor
from emulator.providers.cnaught.memory import Account

IDEMPOTENCY_KEY_CHARACTERS_MAX = 512


class Attempt:
    """A request that may have been made before, as its ``Idempotency-Key`` tells. Without one, it never was."""

    def __init__(self, request: Request, account: Account) -> None:
        self.request = request
        self.account = account
        self.answers = vendor(request).answers
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
        if any(_same_attempt(other, self.request) for other in held_requests(self.request)):
            raise errors.ConcurrentRequests
        first = self.answers.first(self.account, self.key, self.fingerprint)
        if first is None:
            return None
        return Response(first.body, first.status, {"X-Idempotent-Replay": "true"}, "application/json")

    def answered(self, answer: Response) -> Response:
        """The answer, kept for later requests with the same key."""
        if self.key:
            body = bytes(answer.body).decode()
            self.answers.remember(self.account, self.key, self.fingerprint, answer.status_code, body)
        return answer


def _key(request: Request) -> str | None:
    return exchange_of(request).header(b"idempotency-key")


def _same_attempt(other: Request, request: Request) -> bool:
    return _key(other) == _key(request) and bearer_token(other) == bearer_token(request)


def _fingerprint(request: Request) -> str:
    """Of what was asked: method, path, subaccount and JSON body, whatever the order of its members and white space."""
    try:
        body = orjson.dumps(json_body(request), option=orjson.OPT_SORT_KEYS)
    except (Malformed, TypeError):  # no JSON, or an integer beyond 64 bits: then white space does count
        body = exchange_of(request).body
    asked = [request.method, request.scope["path"], subaccount_id(request)]
    return blake2b(orjson.dumps(asked) + body, digest_size=16).hexdigest()
