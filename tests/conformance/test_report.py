"""Reports of a run in the form that CI servers read."""

from xml.etree import ElementTree as ET

import pytest

from emulator.conformance.report import Difference, Report, Result, junit

HOSTILE = 'a\0b\x1b\ud800\ufffe <&>"'


def report(stopped: str) -> Report:
    """Return a report with a rule in each state, whose texts hold characters that XML cannot hold."""
    about = {"statement": HOSTILE, "evidence": "docs"}
    found = Difference(request=HOSTILE, place=HOSTILE, expected=HOSTILE, found=HOSTILE)
    rules = [
        Result(id="p.a.agrees", state="agrees", **about),
        Result(id="p.a.differs", state="differs", differences=[found, found], **about),
        Result(id="p.a.left-out", state="not probed", reason=HOSTILE, **about),
    ]
    operation = Result(id="p.contract.read", state="agrees", **about)
    return Report(
        provider="p",
        against=HOSTILE,
        at="2026-01-15T10:00:00+00:00",
        requests=3,
        write=False,
        stopped=stopped,
        rules=rules,
        operations=[operation],
    )


@pytest.mark.parametrize("stopped", ["", HOSTILE])
def test_junit_is_valid(stopped: str) -> None:
    """The document is XML whatever the texts hold, and its counts are those of its cases."""
    root = ET.fromstring(junit([report(stopped), report(stopped)]))
    assert root.tag == "testsuites"
    for suite in root:
        cases = suite.findall("testcase")
        assert all(case.get("classname") == "p" and case.get("name") for case in cases)
        assert len({case.get("name") for case in cases}) == len(cases)
        counted = {word: len(suite.findall(f"testcase/{word}")) for word in ("failure", "skipped", "error")}
        stated = [int(suite.attrib[name]) for name in ("tests", "failures", "skipped", "errors")]
        assert stated == [len(cases), *counted.values()] == [4 + bool(stopped), 1, 1, int(bool(stopped))]
        assert (suite.find("testcase/failure").text or "").count("\n") == 1  # type: ignore[union-attr]
