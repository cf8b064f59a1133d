"""Run the probes of a provider against a server."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NoReturn

from msgspec import field

from emulator.conformance.connection import Connection, NotAllowed, Reply, Stopped
from emulator.conformance.creations import Creations
from emulator.conformance.expression import Scope, Unavailable, fill, names_in
from emulator.conformance.matcher import mismatches
from emulator.conformance.outgoing import Outgoing
from emulator.conformance.probe_file import Probe, ProbeFile, Step
from emulator.conformance.promise import broken_promises
from emulator.conformance.report import Difference, Report, Result
from emulator.conformance.values import Mismatch, shown
from emulator.core.struct import Struct, replace
from emulator.evidence import contracts

DIFFERENCES_MAX = 6
REFUSED_OPERATIONS_MAX, REFUSED_REQUESTS_MAX = 3, 10
"""After how many requests that a server must accept, and after requests to how many operations, a run ends in which it
has accepted none: its URL or its credentials are wrong."""

WITHOUT_PROBE = "no probe has been written for it"
POSITION = re.compile(r"\.\d+")


class CouldNotRun(Exception):
    """A run cannot begin: a credential is missing, or writing would cost money."""


class Found(Struct):
    """The results for one rule or operation so far."""

    ran: bool = False
    reason: str = ""
    differences: list[Difference] = field(default_factory=list)

    def add(self, difference: Difference) -> None:
        """Add a difference, unless one in the same place of another item is there already."""
        place = POSITION.sub("", difference.place)
        alike = (
            POSITION.sub("", known.place) == place and known.expected == difference.expected
            for known in self.differences
        )
        if len(self.differences) < DIFFERENCES_MAX and not any(alike):
            self.differences.append(difference)


def conform(connection: Connection, against: str) -> Report:
    """Run every probe that is allowed, remove what they created, and return the results. Raises CouldNotRun."""
    check_credentials(connection, against)
    return _Run(connection, against).report()


def check_credentials(connection: Connection, against: str) -> None:
    """Raise CouldNotRun if a credential is missing or unknown, or if writing could cost money."""
    file, given = connection.file, connection.credentials
    for name in given:
        if name not in file.credentials:
            raise CouldNotRun(f"unknown credential {name!r}; known: {', '.join(file.credentials)}")
    missing = [name for name, known in file.credentials.items() if not known.optional and not given.get(name)]
    if missing:
        raise CouldNotRun(f"{connection.provider} needs the credentials {', '.join(missing)}: --credential NAME=VALUE")
    if connection.write and connection.http.base_url.host in file.live_hosts:
        keys = file.sandbox_keys
        required = [given[name] for name, known in file.credentials.items() if known.secret and not known.optional]
        if keys is None or not all(re.search(keys, key) for key in required):
            only = f"; its sandbox keys are such as {keys}" if keys else "; it has no sandbox"
            raise CouldNotRun(f"--write at {connection.http.base_url.host} could cost money{only}")


class _Run:
    """One run of the probes."""

    def __init__(self, connection: Connection, against: str) -> None:
        self.connection = connection
        self.file: ProbeFile = connection.file
        self.against = against
        self.run = f"{int(connection.pace.reading().timestamp() * 1000):x}"
        self.saved: dict[str, Any] = {name: value for name, value in connection.credentials.items() if value}
        self.unsaved: dict[str, str] = {}
        self.rules: dict[str, Found] = {}
        self.operations: dict[str, Found] = {}
        self.creations = Creations(connection)
        self.accepted = False
        self.refused: list[str] = []
        self.useless = ""

    def report(self) -> Report:
        at = self.connection.pace.reading().isoformat(timespec="seconds")
        for probe in self.file.probes:
            self._probe(probe)
        if self.refused and not self.accepted:
            with suppress(Stopped):
                self._stop_refused()
        self.creations.remove()
        return Report(
            provider=self.connection.provider,
            against=self.connection.masked(self.against),
            at=at,
            requests=self.connection.sent,
            write=self.connection.write,
            stopped=self.connection.masked(self.connection.stopped),
            rules=list(self._rules()),
            operations=list(self._operations()),
            created=self.creations.created,
        )

    def _rules(self) -> Iterator[Result]:
        reasons = self.file.reasons()
        for rule in contracts.rules(self.connection.provider):
            name = rule["id"].partition(".")[2]
            found = self._found(self.rules, name, reasons.get(name, WITHOUT_PROBE))
            yield _result(rule["id"], rule["statement"], rule["evidence"], found)

    def _operations(self) -> Iterator[Result]:
        for operation in contracts.operations(self.connection.provider):
            if not operation.missing:
                found = self._found(self.operations, operation.id, "no probe that was sent uses it")
                statement = f"Replies to {operation.method} {operation.path} have the form of the contract."
                yield _result(
                    f"{self.connection.provider}.contract.{operation.id}", statement, operation.evidence, found
                )

    def _found(self, found: Mapping[str, Found], name: str, reason: str) -> Found:
        """Return what was found; without anything, or in a run that shows nothing, the reason."""
        return Found(reason=self.useless) if self.useless else found.get(name, Found(reason=reason))

    # --- probes

    def _probe(self, probe: Probe) -> None:
        found = [self.rules.setdefault(rule, Found()) for rule in probe.rules]
        ran, reason = False, ""
        for step in probe.steps:
            try:
                for mismatch, request in self._step(step, probe):
                    difference = self._difference(mismatch, request)
                    for each in found:
                        each.add(difference)
                ran = True
            except (NotAllowed, Unavailable, Stopped) as error:
                reason = self._reason(error)
                if step.save:
                    self.unsaved[step.save] = reason
                break
        for each in found:
            each.ran = each.ran or (ran and not reason)
            each.reason = each.reason or reason

    def _reason(self, error: Exception) -> str:
        """Return why a probe could not run; for a name that is not known, why that is so."""
        unknown = re.fullmatch(r"`(\w+)` is not known", str(error))
        if unknown is None:
            return self.connection.masked(str(error))
        name = unknown[1]
        if name in self.file.credentials:
            return f"needs the credential {name}: {self.file.credentials[name].about}"
        return self.unsaved.get(name, f"needs `{name}`, which an earlier probe could not get")

    def _step(self, step: Step, probe: Probe) -> Iterator[tuple[Mismatch, Outgoing]]:
        self._require(probe.needs)
        self._require(names_in([step.reply, step.headers_match]) - {"it", "reply", step.save or ""})
        values = step.each or (None,)
        if step.wait:
            _, request = self._filled(step, values[0])
            self.connection.check(request, probe.kind)  # to wait for what is not sent is no use
            self.connection.pace.wait(step.wait)
        for value in values:
            scope, request = self._filled(step, value)
            reply = self.connection.send(request, probe.kind, step.statuses)
            if request.operation and max(step.statuses) < 300:
                self._note_acceptance(request, reply)
            yield from ((mismatch, request) for mismatch in self._check(step, scope, request, reply))

    def _filled(self, step: Step, value: Any) -> tuple[Scope, Outgoing]:
        """Return what is known now, with ``it``, and the request of a step that follows from it."""
        scope = self._scope()
        scope = scope.with_values(it=fill(value, scope))
        return scope, self.connection.request(step, scope)

    def _note_acceptance(self, request: Outgoing, reply: Reply) -> None:
        """Note whether a request was accepted that must be. Raises Stopped if none ever is."""
        if reply.status < 300:
            self.accepted = True
        elif not self.accepted:
            self.refused.append(f"{request.method} {request.path} returned {reply.status}")
            if len(set(self.refused)) >= REFUSED_OPERATIONS_MAX or len(self.refused) >= REFUSED_REQUESTS_MAX:
                self._stop_refused()

    def _stop_refused(self) -> NoReturn:
        """Stop a run in which every difference has the same reason, and which shows nothing else."""
        what = "the only request" if len(self.refused) == 1 else "none of the requests"
        verb = "was not" if len(self.refused) == 1 else "was"
        self.useless = f"{what} that a server must accept {verb} accepted: {self.refused[0]}"
        self.connection.stop(f"{self.useless}. Check the URL and the credentials")

    def _require(self, names: Iterable[str]) -> None:
        """Raise Unavailable if a name is not known."""
        for name in names:
            if name not in self.saved:
                raise Unavailable(f"`{name}` is not known")

    def _check(self, step: Step, scope: Scope, request: Outgoing, reply: Reply) -> Iterator[Mismatch]:
        self._hold_contract(request, reply)
        if step.save and reply.status < 300:
            self.saved[step.save] = reply.body
        elif step.save:
            self.unsaved[step.save] = f"needs `{step.save}`: {request.method} {request.path} returned {reply.status}"
        if reply.status < 300:
            self.creations.note(request, reply, self._scope())
        if reply.status not in step.statuses:
            yield Mismatch("status", " or ".join(map(str, step.statuses)), f"{reply.status} {shown(reply.body)}")
            return
        scope = self._scope().with_values(it=scope.values["it"], reply=reply.body)
        try:
            expected, headers = fill(step.reply, scope), fill(step.headers_match, scope)
        except Unavailable as error:
            yield Mismatch("", "a reply from which the expected values can be calculated", str(error))
            return
        if expected is not None:
            yield from mismatches(expected, reply.body, scope.now)
        found = {name: reply.header(name) for name in headers}
        yield from (replace(each, place=f"header {each.place}") for each in mismatches(headers, found, scope.now))

    def _hold_contract(self, request: Outgoing, reply: Reply) -> None:
        if request.operation is None:
            return
        found = self.operations.setdefault(request.operation.id, Found())
        found.ran = True
        for mismatch in broken_promises(
            self.connection.provider, request.operation.id, reply.status, reply.headers, reply.body, reply.is_json
        ):
            found.add(self._difference(mismatch, request))

    def _difference(self, mismatch: Mismatch, request: Outgoing) -> Difference:
        masked = self.connection.masked
        return Difference(
            request=masked(f"{request.method} {request.target}"),
            place=mismatch.place,
            expected=masked(mismatch.expected),
            found=masked(mismatch.found),
        )

    def _scope(self) -> Scope:
        return Scope(self.saved, self.connection.pace.reading(), self.run)


def _result(id: str, statement: str, evidence: str, found: Found) -> Result:
    about = {"id": id, "statement": statement, "evidence": evidence}
    if found.differences:
        return Result(**about, state="differs", differences=found.differences)
    if found.ran:
        return Result(**about, state="agrees", reason=found.reason and f"in part: {found.reason}")
    return Result(**about, state="not probed", reason=found.reason)
