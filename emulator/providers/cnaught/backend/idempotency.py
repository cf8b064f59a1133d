"""Idempotency: a repeated request gets the reply to the first (docs.cnaught.com, Idempotency)."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from emulator.core.clock import Clock, Event, span
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.memory.catalogue import Account
from emulator.providers.cnaught.memory.fixture import Memory
from emulator.providers.cnaught.memory.records import KeyedReply


class Idempotency:
    """The remembered replies to requests with an idempotency key, in one space."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self.memory = memory
        self.clock = clock
        replies = memory.keyed_replies
        self._oldest_first = deque(sorted(replies, key=lambda name: replies[name].at))

    def first_reply(self, account: Account, key: str, fingerprint: str) -> KeyedReply | None:
        """Return the reply to the first request with this key, if it is remembered. Raises ChangedPayload."""
        reply = self.memory.keyed_replies.get(_name(account, key))
        if reply is None or self._expires_on(reply) <= self.clock.now:
            return None
        if reply.fingerprint != fingerprint:
            raise errors.ChangedPayload
        return reply

    def remember(self, account: Account, key: str, reply: KeyedReply) -> None:
        """Remember the reply to the first request with a key, and forget those that have expired."""
        replies, name = self.memory.keyed_replies, _name(account, key)
        while self._oldest_first and self._expires_on(replies[self._oldest_first[0]]) <= self.clock.now:
            del replies[self._oldest_first.popleft()]
        if name in replies:  # not the oldest, since a snapshot may hold times to come
            self._oldest_first.remove(name)
        replies[name] = reply
        self._oldest_first.append(name)

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the keys that expire in this span of time."""
        for name in self._oldest_first:
            at = self._expires_on(self.memory.keyed_replies[name])
            if at > until:
                break
            if at > since:
                yield Event(at, "cnaught", "idempotency-key.expired", name.partition("/")[2])

    def _expires_on(self, reply: KeyedReply) -> datetime:
        return reply.at + span(hours=self.memory.settings.idempotency_hours)


def _name(account: Account, key: str) -> str:
    return f"{account.id}/{key}"
