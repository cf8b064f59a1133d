"""The README's commands and tables: run again, and written down as they come out.

``python -m tests.support.readme`` brings the README up to date; the test only compares.
"""

import re
import subprocess
from collections import Counter
from pathlib import Path

from emulator import Emulator
from emulator.evidence import contracts
from emulator.evidence.rules import EVIDENCE
from emulator.providers import ALL

README = Path(__file__).parents[2] / "README.md"
URL = "http://127.0.0.1:4412"
MARK = "----8<----"
CONSOLE = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
COVERAGE = re.compile(r"(?<=<!-- coverage -->\n).*?(?=<!-- /coverage -->)", re.DOTALL)
MISSING = re.compile(r"(?<=<!-- missing -->\n).*?(?=<!-- /missing -->)", re.DOTALL)


def rendered(text: str) -> str:
    """The README as it should be: every console block with what its commands print now, every table as it is now."""
    text = COVERAGE.sub(lambda _: coverage_table(), text)
    text = MISSING.sub(lambda _: missing_list(), text)
    with Emulator() as server:
        here = server.url
        blocks = iter([run(block.replace(URL, here)).replace(here, URL) for block in CONSOLE.findall(text)])
    return CONSOLE.sub(lambda _: next(blocks), text)


def run(block: str) -> str:
    """A console block with its commands' own output. A command goes on over indented lines; all run in one shell."""
    commands = re.findall(r"^\$ (.*(?:\n    .*)*)\n", block, re.MULTILINE)
    script = "\n".join(f"{command}\necho; echo '{MARK}'" for command in commands)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    outputs = done.stdout.split(f"{MARK}\n")
    return "".join(
        f"$ {command}\n{output.strip()}\n".replace("\n\n", "\n")
        for command, output in zip(commands, outputs, strict=False)
    )


def coverage_table() -> str:
    """Operations built of those documented, and rules proved, by what they rest on."""
    head = "| provider | operations built / documented | rules tested | of these " + " | ".join(EVIDENCE) + " |\n"
    line = "| --- | --- | --- |" + " --- |" * len(EVIDENCE) + "\n"
    rows = [_coverage(provider.name, provider.title, len(provider.implemented)) for provider in ALL.values()]
    return head + line + "".join(rows)


def _coverage(name: str, title: str, built: int) -> str:
    documented = len(contracts.documented(name))
    rules = [rule for rule in contracts.rules(name) if rule.get("built", True)]
    by_evidence = Counter(rule["evidence"] for rule in rules)
    counts = " | ".join(str(by_evidence[evidence]) for evidence in EVIDENCE)
    return f"| {title} | {built} / {documented} | {len(rules)} | {counts} |\n"


def missing_list() -> str:
    """The documented operations that answer 501, those of one reason together."""
    lines = []
    for provider in ALL.values():
        by_reason: dict[str, list[str]] = {}
        for known in contracts.operations(provider.name):
            by_reason.setdefault(known.missing, []).append(f"`{known.method} {known.path}`")
        by_reason.pop("", None)
        lines += [f"- **{provider.title}**: {', '.join(paths)}. {reason}\n" for reason, paths in by_reason.items()]
    return "".join(lines)


if __name__ == "__main__":
    README.write_text(rendered(README.read_text()))
