"""What changed between two runs against the same vendors."""

import json
from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from emulator.conformance.report import Report, Result
from emulator.core.mistakes import first_mistake


class BadReports(ValueError):
    """A file has no reports of an earlier run."""


class DriftReport(BaseModel):
    """The latest results for each rule of each vendor, which the next run is compared with."""

    model_config = ConfigDict(extra="forbid")

    reports: list[Report]


class Drift(BaseModel):
    """A rule or an operation whose result changed."""

    id: str
    statement: str
    before: str
    now: str


def earlier(text: str) -> DriftReport:
    """Return the reports in a file of an earlier run. Raises BadReports."""
    try:
        content = json.loads(text)
        return DriftReport.model_validate_json(text)
    except json.JSONDecodeError as error:
        raise BadReports(f"not JSON: {error.msg}") from None
    except ValidationError as error:
        raise BadReports(str(first_mistake(content, DriftReport, error))) from None


def changes(before: Iterable[Report], now: Iterable[Report]) -> Iterator[Drift]:
    """Yield what changed since an earlier run. A rule that is new, or that one run did not probe, has not changed."""
    earlier_results = _by_id(before)
    for report in now:
        for result in report.results:
            was = earlier_results.get(result.id)
            if was and "not probed" not in (was.state, result.state) and _facts(was) != _facts(result):
                yield Drift(id=result.id, statement=result.statement, before=_words(was), now=_words(result))


def latest(before: Iterable[Report], now: Iterable[Report]) -> list[Report]:
    """Return the reports of a run, with the earlier results for what it did not probe.

    So a change shows as soon as that is probed again.
    """
    results = _by_id(before)
    reports = {report.provider: report for report in before}
    for report in now:
        parts = {name: [_latest(results, each) for each in getattr(report, name)] for name in ("rules", "operations")}
        reports[report.provider] = report.model_copy(update=parts)
    return list(reports.values())


def _latest(before: Mapping[str, Result], result: Result) -> Result:
    return before.get(result.id, result) if result.state == "not probed" else result


def _by_id(reports: Iterable[Report]) -> Mapping[str, Result]:
    return {result.id: result for report in reports for result in report.results}


def _facts(result: Result) -> tuple[str, frozenset[tuple[str, str]]]:
    """Return what must stay the same: ids and times in the values may not."""
    return result.state, frozenset((found.place, found.expected) for found in result.differences)


def _words(result: Result) -> str:
    if not result.differences:
        return result.state
    first = result.differences[0]
    return f"differs: {first.request}: {first.place or 'body'}: expected {first.expected}, found {first.found}"
