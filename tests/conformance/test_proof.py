"""The proof: conform and compare find what a vendor changed, and nothing on an emulator that is unchanged."""

import os
from collections import Counter
from pathlib import Path

import pytest

from emulator.conformance.in_process import EmulatorTransport
from emulator.conformance.run import conform
from emulator.providers import ALL
from tests.conformance.deviations import DEVIATIONS
from tests.conformance.proof import SEED, compared, found_by_conform, main
from tests.conformance.target import connection

FOUND_MIN = 0.95
DEVIATIONS_MIN = 100

EVERY_DEVIATION = "PROOF" in os.environ
PROBED = DEVIATIONS if EVERY_DEVIATION else DEVIATIONS[::2]
"""What is looked for with probes: in the suite half, with the variable PROOF all."""

SAMPLE = DEVIATIONS if EVERY_DEVIATION else DEVIATIONS[1::5]
"""What is compared from recordings: in the suite a fifth."""

each_provider = pytest.mark.parametrize("provider", ALL)


@pytest.mark.skipif(not EVERY_DEVIATION, reason="takes a minute; .ci/extended runs it")
def test_the_documentation_has_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """Each row that ``python -m tests.conformance.proof`` prints is on the page."""
    main()
    page = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text().splitlines()
    assert [line for line in capsys.readouterr().out.splitlines() if line not in page] == []


def test_deviations_are_many_and_distinct() -> None:
    """There are at least 100 deviations over all providers, each with a name of its own."""
    assert len(DEVIATIONS) >= DEVIATIONS_MIN
    assert len({str(deviation) for deviation in DEVIATIONS}) == len(DEVIATIONS)
    assert Counter(deviation.provider for deviation in DEVIATIONS).keys() == set(ALL)


@each_provider
def test_conform_finds_deviations(provider: str) -> None:
    """Conform finds at least 95 % of the deviations of a provider, each of which changes some message."""
    deviations = [deviation for deviation in PROBED if deviation.provider == provider]
    missed = [str(deviation) for deviation in deviations if not found_by_conform(deviation)]
    assert len(missed) <= (1 - FOUND_MIN) * len(deviations), missed


@each_provider
def test_conform_finds_nothing_on_another_emulator(provider: str) -> None:
    """An emulator with another seed agrees with every probe."""
    report = conform(connection(provider, direct=EmulatorTransport(SEED)), "an emulator")
    assert [result.model_dump() for result in report.of_state("differs")] == []


@each_provider
def test_compare_finds_nothing_in_traffic_with_another_emulator(provider: str, tmp_path: Path) -> None:
    """An hour of traffic with an emulator of another seed is replayed without a difference."""
    comparison = compared(provider, None, tmp_path / "recording.jsonl")
    assert comparison.exchanges > 0
    assert [divergence.model_dump() for divergence in comparison.divergences] == []


@each_provider
def test_compare_finds_deviations(provider: str, tmp_path: Path) -> None:
    """Compare finds at least 95 % of the deviations of a provider in recorded traffic."""
    sample = [deviation for deviation in SAMPLE if deviation.provider == provider]
    files = {deviation: tmp_path / f"{number}.jsonl" for number, deviation in enumerate(sample)}
    missed = [
        str(each)
        for each, file in files.items()
        if not compared(provider, each, file, whole=EVERY_DEVIATION).divergences
    ]
    assert len(missed) <= (1 - FOUND_MIN) * len(sample), missed
