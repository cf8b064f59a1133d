"""Idempotency: what the first request with a key was answered (docs.cnaught.com, Idempotency)."""

from datetime import timedelta

from emulator.core.clock import Clock
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.memory import Account, Answer, Memory


class Answers:
    """The remembered answers of one space, oldest first."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self.memory = memory
        self.clock = clock

    def first(self, account: Account, key: str, fingerprint: str) -> Answer | None:
        """What the first request with this key was answered, if it is remembered. Raises ChangedPayload."""
        answer = self.memory.answers.get(_name(account, key))
        if answer is None or self._forgotten(answer):
            return None
        if answer.fingerprint != fingerprint:
            raise errors.ChangedPayload
        return answer

    def remember(self, account: Account, key: str, fingerprint: str, status: int, body: str) -> None:
        """Answer every later request with this key in the same way."""
        answers, name = self.memory.answers, _name(account, key)
        answers.pop(name, None)
        answers[name] = Answer(self.clock.now, fingerprint, status, body)
        while self._forgotten(answers[oldest := next(iter(answers))]):
            del answers[oldest]

    def _forgotten(self, answer: Answer) -> bool:
        return self.clock.now - answer.at >= timedelta(hours=self.memory.settings.idempotency_hours)


def _name(account: Account, key: str) -> str:
    return f"{account.id}/{key}"
