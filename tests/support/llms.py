"""Generate ``llms.txt``, the list of documentation pages for language models.

``python -m tests.support.llms`` writes it; a test compares.
"""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT / "llms.txt"
HEADER = """\
# Carbon Emulator

> A local server that emulates five carbon APIs: 1ClickImpact, CNaught, Carbon Insights, Dcycle and Thallo. Python
> package and command `carbon-emulator`, npm package `carbon-emulator`. It has isolated spaces, a clock on command,
> faults, webhooks, a journal, snapshots, and a label on everything that is a guess.

Start: `pip install .` in a checkout (the packages are not on PyPI or npm yet), then `carbon-emulator serve`. Provider
URLs are `http://127.0.0.1:4412/PROVIDER`; `/~NAME` in front of a path selects a space; the control API is below
`/_emulator`.
"""


def text() -> str:
    """Return the expected content of the file."""
    return "\n".join(
        [HEADER, "## Pages\n", *_lines(sorted((ROOT / "docs").glob("*.md"))), "\n## Vendors\n", *_vendors()]
    )


def _vendors() -> list[str]:
    return [*_lines(sorted((ROOT / "docs" / "providers").glob("*.md"))), ""]


def _lines(pages: list[Path]) -> Iterator[str]:
    for page in pages:
        content = page.read_text()
        title = re.search(r"^# (.+)$", content, re.MULTILINE)
        assert title, page
        yield f"- [{title[1]}]({page.relative_to(ROOT)}): {_summary(content)}"


def _summary(content: str) -> str:
    """Return the first sentence of a page. One that introduces a list or an example ends there."""
    prose = re.sub(r"<!--.*?-->|```.*?```|^[#|!-][^\n]*$", "", content, flags=re.DOTALL | re.MULTILINE)
    first = " ".join(prose.strip().split("\n\n")[0].split())
    plain = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", first)
    return re.sub(r":$", ".", re.split(r"(?<=[.]) ", plain)[0])


if __name__ == "__main__":
    FILE.write_text(text())
