"""Run the commands in the documentation again, and update their output and the generated tables.

Blocks of ``console`` are run; commands that no test can run are blocks of ``sh`` or ``text``.
``python -m tests.support.pages`` updates README.md and docs/; the tests only compare.
"""

import re
import subprocess
from collections import Counter
from pathlib import Path

from emulator import Emulator
from emulator.evidence import contracts
from emulator.evidence.rules import EVIDENCE
from emulator.providers import ALL
from tests.support import provider_pages

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = (README, *sorted(DOCS.glob("*.md")))
URL = "http://127.0.0.1:4412"
MARK = "----8<----"
CONSOLE = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
TABLE = re.compile(r"(<!-- (\w+) -->\n)(.*?)(?=<!-- /\2 -->)", re.DOTALL)


def rendered(text: str) -> str:
    """Return a page with the current output of its commands and its current generated tables.

    All commands of a page run in one shell, against one new server.
    """
    text = TABLE.sub(lambda found: found[1] + (TABLES[found[2]]() if found[2] in TABLES else found[3]), text)
    if not CONSOLE.search(text):
        return text
    with Emulator() as server:
        here = server.url
        blocks = iter(run([block.replace(URL, here) for block in CONSOLE.findall(text)]))
        return CONSOLE.sub(lambda _: next(blocks).replace(here, URL), text)


def run(blocks: list[str]) -> list[str]:
    """Run console blocks in one shell, and return them with the output of each command.

    A command starts with ``$`` and continues over indented lines.
    """
    commands = [re.findall(r"^\$ (.*(?:\n    .*)*)\n", block, re.MULTILINE) for block in blocks]
    script = "\n".join(f"{command}\necho; echo '{MARK}'" for block in commands for command in block)
    shell = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(shell, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    outputs = iter(done.stdout.split(f"{MARK}\n"))
    return [
        "".join(f"$ {command}\n{next(outputs).strip()}\n".replace("\n\n", "\n") for command in block)
        for block in commands
    ]


def coverage_table() -> str:
    """Return the number of implemented and documented operations, and of tested rules by their evidence."""
    head = "| provider | operations built / documented | rules tested | of these " + " | ".join(EVIDENCE) + " |\n"
    line = "| --- | --- | --- |" + " --- |" * len(EVIDENCE) + "\n"
    rows = [_coverage(provider.name, provider.title, len(provider.implemented)) for provider in ALL.values()]
    return head + line + "".join(rows)


def _coverage(name: str, title: str, built: int) -> str:
    documented = len(list(contracts.operations(name)))
    rules = [rule for rule in contracts.rules(name) if rule.get("built", True)]
    by_evidence = Counter(rule["evidence"] for rule in rules)
    counts = " | ".join(str(by_evidence[evidence]) for evidence in EVIDENCE)
    return f"| {title} | {built} / {documented} | {len(rules)} | {counts} |\n"


def missing_list() -> str:
    """Return the documented operations that answer 501, grouped by reason."""
    lines = []
    for provider in ALL.values():
        by_reason: dict[str, list[str]] = {}
        for known in contracts.operations(provider.name):
            by_reason.setdefault(known.missing, []).append(f"`{known.method} {known.path}`")
        by_reason.pop("", None)
        lines += [f"- **{provider.title}**: {', '.join(paths)}. {reason}\n" for reason, paths in by_reason.items()]
    return "".join(lines)


TABLES = {"coverage": coverage_table, "missing": missing_list}


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(rendered(page.read_text()))
    for provider in ALL:
        (provider_pages.DIRECTORY / f"{provider}.md").write_text(provider_pages.page(provider))
