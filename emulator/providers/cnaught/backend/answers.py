"""Idempotency: what the first request with a key was answered (docs.cnaught.com, Idempotency)."""

from collections import deque
from datetime import timedelta

from emulator.core.clock import Clock
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.memory import Account, Answer, Memory


class Answers:
    """The remembered answers of one space, oldest first."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self.memory = memory
        self.clock = clock
        self._names = deque(sorted(memory.answers, key=lambda name: memory.answers[name].at))

    def first(self, account: Account, key: str, fingerprint: str) -> Answer | None:
        """What the first request with this key was answered, if it is remembered. Raises ChangedPayload."""
        answer = self.memory.answers.get(_name(account, key))
        if answer is None or self._forgotten(answer):
            return None
        if answer.fingerprint != fingerprint:
            raise errors.ChangedPayload
        return answer

    def remember(self, account: Account, key: str, answer: Answer) -> None:
        """Answer every later request with this key in the same way."""
        answers, name = self.memory.answers, _name(account, key)
        while self._names and self._forgotten(answers.get(self._names[0])):
            answers.pop(self._names.popleft(), None)
        answers[name] = answer
        self._names.append(name)

    def _forgotten(self, answer: Answer | None) -> bool:
        lifetime = timedelta(hours=self.memory.settings.idempotency_hours)
        return answer is None or self.clock.now - answer.at >= lifetime


def _name(account: Account, key: str) -> str:
    return f"{account.id}/{key}"
