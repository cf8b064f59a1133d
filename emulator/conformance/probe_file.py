"""Read ``contracts/<provider>/probes.yaml``: the requests that show whether a server follows the rules.

A file has

* ``authorization``: the headers that carry the credentials; a step may replace one, or omit it with null
* ``credentials``: what a user gives by name; ``optional: true`` for those that some probes alone need
* ``reads``: operations that change nothing although their method is not GET
* ``live_hosts`` and ``sandbox_keys``: hosts that cost money, and the pattern of the keys that do not
* ``creates``: what the operations that create something create, and the request that removes it
* ``billing``: matchers of replies that show a charge
* ``not_probed``: groups of rules without a probe, each with the reason
* ``probes``: see Probe and Step

Texts hold expressions as ``${order.id}``; see ``emulator/conformance/expression.py``. What is expected of a reply is
written as in ``emulator/conformance/matcher.py``.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from emulator.conformance.expression import BadExpression, names_in
from emulator.conformance.matcher import BadMatcher, check_matcher
from emulator.core.resources import resource
from emulator.evidence import contracts

Class: TypeAlias = Literal["read", "refusal", "sandbox", "never"]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class InvalidProbes(ValueError):
    """A probes file breaks its format. The message names the probe."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Credential(_Strict):
    """A credential: what it is, and whether probes can do without it.

    Requests of the class ``sandbox`` never carry one that is ``live``.
    """

    about: str
    optional: bool = False
    secret: bool = True
    live: bool = False


class Call(_Strict):
    """A request: an operation's id, or ``METHOD /path``, and what fills it."""

    send: str
    path: Mapping[str, Any] = {}
    query: Mapping[str, Any] | str = {}
    headers: Mapping[str, Any] = {}
    body: Any = None
    text: str | None = None

    @property
    def operation(self) -> str | None:
        """The id of the operation; None for a method and a path."""
        return None if " " in self.send else self.send


class Creation(_Strict):
    """What a successful request of an operation creates, in words, and the request that removes it.

    ``gone`` are the statuses with which that request says that it is removed already.
    """

    what: str
    undo: Call | None = None
    gone: tuple[int, ...] = (404, 410)


class Step(Call):
    """A request and what must hold of its reply.

    ``each`` repeats the step for each of its values, as ``${it}``. ``save`` names the body of the reply for later
    expressions. ``wait`` lets seconds pass before the request.
    """

    each: tuple[Any, ...] = ()
    status: int | tuple[int, ...] = 200
    reply: Any = None
    headers_match: Mapping[str, Any] = {}
    save: str | None = None
    wait: float = Field(default=0, ge=0, le=30)

    @property
    def statuses(self) -> tuple[int, ...]:
        return self.status if isinstance(self.status, tuple) else (self.status,)


class Probe(_Strict):
    """Steps that show whether some rules hold. ``class`` says what may be at stake: see
    ``emulator/conformance/connection.py``.

    A probe of one step may have the step's keys itself. A rule is named without its provider.
    """

    rules: tuple[str, ...]
    kind: Class = Field(default="never", alias="class")
    steps: tuple[Step, ...]
    needs: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _single_step(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        if isinstance(given.get("rules"), str):
            given = given | {"rules": [given["rules"]]}
        if "send" in given:
            own = {"rules", "class", "needs"}
            step = {key: value for key, value in given.items() if key not in own}
            given = {key: value for key, value in given.items() if key in own} | {"steps": [step]}
        return given

    @property
    def title(self) -> str:
        return ", ".join(self.rules)


class NotProbed(_Strict):
    """Rules without a probe, and why."""

    why: str
    rules: tuple[str, ...]


class ProbeFile(_Strict):
    """The probes of a provider."""

    authorization: Mapping[str, str]
    credentials: Mapping[str, Credential]
    reads: tuple[str, ...] = ()
    live_hosts: tuple[str, ...] = ()
    sandbox_keys: str | None = None
    creates: Mapping[str, Creation] = {}
    billing: tuple[Any, ...] = ()
    not_probed: tuple[NotProbed, ...] = ()
    probes: tuple[Probe, ...]

    def reasons(self) -> Mapping[str, str]:
        """Return why a rule has no probe, by rule."""
        return {rule: group.why for group in self.not_probed for rule in group.rules}

    def changes_nothing(self, operation: contracts.Operation | None, method: str) -> bool:
        """Return whether a request only reads."""
        return method in SAFE_METHODS or (operation is not None and operation.id in self.reads)


@cache
def probe_file(provider: str) -> ProbeFile:
    """Return the probes of a provider. Raises InvalidProbes."""
    path = resource("contracts") / provider / "probes.yaml"
    try:
        return parsed(provider, path.read_text())
    except FileNotFoundError:
        raise InvalidProbes(f"{provider} has no probes") from None


def parsed(provider: str, text: str) -> ProbeFile:
    """Return the probes in a text of YAML, checked against the contract of the provider. Raises InvalidProbes."""
    content = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (both are safe loaders)
    try:
        file = ProbeFile.model_validate(content)
    except ValidationError as error:
        raise InvalidProbes(_first_problem(content, error)) from None
    for problem in problems(provider, file):
        raise InvalidProbes(problem)
    return file


def problems(provider: str, file: ProbeFile) -> Iterator[str]:
    """Yield a sentence for each name in a file that the contract does not know, and each expression that is wrong."""
    known_rules = {rule["id"].partition(".")[2] for rule in contracts.rules(provider)}
    operations = {operation.id: operation for operation in contracts.operations(provider)}
    yield from (f"unknown operation {name!r}" for name in (*file.reads, *file.creates) if name not in operations)
    for name, creation in file.creates.items():
        if creation.undo:
            yield from (f"creates: {name}: {problem}" for problem in _call_problems(creation.undo, operations))
        yield from (f"creates: {name}: {problem}" for problem in _unknown_names(creation.model_dump(), {"reply"}))
    for group in file.not_probed:
        yield from (f"not_probed: unknown rule {rule!r}" for rule in group.rules if rule not in known_rules)
    probed = {rule for probe in file.probes for rule in probe.rules}
    yield from (f"not_probed: {rule} has a probe" for rule in sorted(file.reasons().keys() & probed))
    saved: set[str] = set()
    for probe in file.probes:
        yield from (f"{probe.title}: unknown rule {rule!r}" for rule in probe.rules if rule not in known_rules)
        for step in probe.steps:
            for problem in _step_problems(file, step, operations, saved):
                yield f"{probe.title}: {step.send}: {problem}"
            if step.save:
                saved.add(step.save)


def _step_problems(
    file: ProbeFile, step: Step, operations: Mapping[str, contracts.Operation], saved: set[str]
) -> Iterator[str]:
    yield from _call_problems(step, operations)
    known = {"it", *file.credentials, *saved}
    yield from _unknown_names([step.path, step.query, step.headers, step.body, step.text, list(step.each)], known)
    yield from _unknown_names([step.reply, step.headers_match], {*known, "reply", *([step.save] if step.save else [])})
    try:
        check_matcher(step.reply)
    except BadMatcher as error:
        yield str(error)


def _call_problems(call: Call, operations: Mapping[str, contracts.Operation]) -> Iterator[str]:
    if call.operation is None:
        method, _, path = call.send.partition(" ")
        if not method.isupper() or not path.startswith("/"):
            yield f"{call.send!r} is neither an operation nor METHOD /path"
    elif call.operation not in operations:
        yield f"unknown operation {call.operation!r}"
    elif different := _path_parameters(operations[call.operation].path) ^ call.path.keys():
        yield f"missing or unknown path parameters: {', '.join(sorted(different))}"


def _unknown_names(content: Any, known: set[str]) -> Iterator[str]:
    try:
        yield from (f"unknown name {name!r}" for name in sorted(names_in(content) - known))
    except BadExpression as error:
        yield str(error)


def _path_parameters(path: str) -> set[str]:
    return {part[1:-1] for part in path.split("/") if part.startswith("{")}


def _first_problem(content: Any, error: ValidationError) -> str:
    first = error.errors()[0]
    place = first["loc"]
    probe = ""
    if len(place) > 1 and place[0] == "probes" and isinstance(place[1], int):
        given = content["probes"][place[1]]
        probe = f"{given.get('rules', place[1])}: " if isinstance(given, dict) else f"probe {place[1]}: "
        place = place[2:]
    return f"{probe}{'.'.join(map(str, place))}: {first['msg']}"
