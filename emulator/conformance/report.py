"""The results of a run by rule and by operation: as a table, JSON, or JUnit."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal, TypeAlias
from xml.etree import ElementTree as ET

from pydantic import BaseModel, ConfigDict

from emulator.core.plural import plural

State: TypeAlias = Literal["agrees", "differs", "not probed"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Difference(_Part):
    """A difference of a reply: the request, the place in the reply, and the expected and the actual value."""

    request: str
    place: str
    expected: str
    found: str


class Result(_Part):
    """The result for a rule, or for the contract of an operation."""

    id: str
    statement: str
    evidence: str
    state: State
    reason: str = ""
    differences: list[Difference] = []


class Created(_Part):
    """Something that a run created: what, by which request, and whether it was removed again."""

    what: str
    request: str
    removed: bool = False
    reason: str = ""


class Report(_Part):
    """What one run found."""

    provider: str
    against: str
    at: str
    requests: int
    write: bool
    stopped: str = ""
    rules: list[Result]
    operations: list[Result]
    created: list[Created] = []

    @property
    def results(self) -> list[Result]:
        return [*self.rules, *self.operations]

    @property
    def differs(self) -> bool:
        return any(result.state == "differs" for result in self.results)

    def counts(self) -> Counter[State]:
        """Return how many rules are in each state."""
        return Counter(result.state for result in self.rules)

    def of_state(self, state: State) -> list[Result]:
        return [result for result in self.results if result.state == state]

    def summary(self) -> str:
        """Return the figures in one sentence."""
        counts = self.counts()
        operations = Counter(result.state for result in self.operations)
        return (
            f"{self.provider}: {plural(len(self.rules), 'rule')}: {_figures(counts)}; "
            f"{plural(len(self.operations), 'operation')}: {_figures(operations)}; {plural(self.requests, 'request')}"
        )


def _figures(counts: Counter[State]) -> str:
    return f"{counts['agrees']} agree, {counts['differs']} differ, {counts['not probed']} not probed"


def lines(report: Report) -> Iterator[str]:
    """Yield the report as text: why it stopped, the differences, what was not probed and why, and the figures.

    After a stop, most was not probed for that one reason, so it is not listed.
    """
    if report.stopped:
        yield f"STOPPED     {report.stopped}"
    for result in report.of_state("differs"):
        yield f"DIFFERS     {result.id} ({result.evidence})"
        yield f"            {result.statement}"
        for difference in result.differences:
            yield f"            {difference.request}: {difference.place or 'body'}"
            yield f"              expected {difference.expected}"
            yield f"              found    {difference.found}"
    by_reason: dict[str, list[str]] = {}
    for result in report.of_state("not probed") if not report.stopped else []:
        by_reason.setdefault(result.reason, []).append(result.id)
    for reason, ids in by_reason.items():
        yield f"NOT PROBED  {reason}"
        yield from (f"            {id}" for id in ids)
    for created in report.created:
        done = "removed" if created.removed else f"NOT REMOVED: {created.reason}"
        yield f"CREATED     {created.what} ({created.request}); {done}"
    yield report.summary()


def junit(reports: list[Report]) -> str:
    """Return reports as JUnit: a suite for each provider, a case for each rule and operation."""
    root = ET.Element("testsuites")
    for report in reports:
        results = report.results
        suite = ET.SubElement(
            root,
            "testsuite",
            name=f"conformance of {report.provider}",
            tests=str(len(results) + bool(report.stopped)),
            failures=str(len(report.of_state("differs"))),
            skipped=str(len(report.of_state("not probed"))),
            errors="1" if report.stopped else "0",
            timestamp=report.at,
        )
        for result in results:
            case = ET.SubElement(suite, "testcase", classname=report.provider, name=result.id)
            if result.state == "not probed":
                ET.SubElement(case, "skipped", message=_xml(result.reason))
            elif result.state == "differs":
                texts = [
                    f"{d.request}: {d.place or 'body'}: expected {d.expected}, found {d.found}"
                    for d in result.differences
                ]
                ET.SubElement(case, "failure", message=_xml(texts[0])).text = _xml("\n".join(texts))
        if report.stopped:
            run = ET.SubElement(suite, "testcase", classname=report.provider, name="run")
            ET.SubElement(run, "error", message=_xml(report.stopped))
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _xml(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return "".join(
        c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )
