"""The page of the documentation with the figures of the last run."""

import json
import re
from collections.abc import Callable, Mapping

from benchmarks import latency, report, storing, variety
from benchmarks.load import NoLoad
from benchmarks.process import ROOT
from benchmarks.report import Figures

PAGE = ROOT / "docs" / "benchmarks.md"
PICTURE = ROOT / "docs" / "images" / "speed.svg"
KEPT = ROOT / "benchmarks" / "results" / "speed.json"
"""The published run: its page, its picture and its figures."""

MARKED = re.compile(r"(?<=<!-- speed -->\n).*?(?=<!-- /speed -->)", re.DOTALL)

TABLES: Mapping[str, Callable[[Figures], str]] = {
    "rates": report.rates,
    "variety": lambda figures: variety.text(figures["variety"]),
    "latency": lambda figures: latency.text(figures["latency"]),
    "storing": storing.text,
    "scaling": report.scaling,
}
"""The tables, by the command that measures them, in the order of the page."""


def publish() -> None:
    """Write the figures and the picture of the last run to the documentation. Raises NoLoad if there was none."""
    found = {name: figures for name in TABLES if (figures := report.read(f"{name}.json"))}
    if "rates" not in found:
        raise NoLoad("there are no figures; make bench measures them")
    page = MARKED.sub(lambda _: _content(found), PAGE.read_text())
    PAGE.write_text(page)
    PICTURE.write_text((report.DIRECTORY / "speed.svg").read_text())
    KEPT.write_text(json.dumps(found, indent=2))


def _content(found: Mapping[str, Figures]) -> str:
    """Return the picture, the machine, and the tables that were measured."""
    rates = found["rates"]
    machine = rates["machine"]
    run = f"{rates['rounds']} rounds of {rates['seconds']} s, {rates['connections']} connections"
    intro = f"{machine['processor']}, {machine['system']}, Python {machine['python']}; the median of {run}.\n"
    picture = f"![Requests a second on one core]({PICTURE.relative_to(PAGE.parent)})\n"
    return "\n".join([picture, intro, *(TABLES[name](figures) for name, figures in found.items())])
