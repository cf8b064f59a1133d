"""Generate a documentation page for each provider: its operations and rules, with their evidence."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator.evidence import contracts
from emulator.providers import ALL

NO_HOST = "none documented, so [`exec`](../exec.md) and `serve --tls` do not cover it"
DIRECTORY = Path(__file__).parents[2] / "docs" / "providers"


def page(provider: str) -> str:
    """Return the expected page of a provider."""
    return "\n".join(_lines(provider)) + "\n"


def _lines(provider: str) -> Iterator[str]:
    yield f"# {ALL[provider].title}\n"
    made = "This page is made from `contracts/`: `python -m tests.support.pages`."
    yield f"The operations and rules of {ALL[provider].title} in this emulator. {made}\n"
    hosts = ", ".join(f"`{host}`" for host in ALL[provider].hosts) or NO_HOST
    yield f"Base URL: `http://127.0.0.1:4412/{provider}`. Host names of the vendor: {hosts}.\n"
    yield "[Evidence](../evidence.md) levels: observed, seed, docs, sdk, inferred.\n"
    yield "## Operations\n\n| operation | request | documented in | state |\n| --- | --- | --- | --- |"
    yield from (_operation(provider, listed) for listed in contracts.documented(provider))
    yield "\n## Rules\n\n| rule | evidence | source |\n| --- | --- | --- |"
    yield from (_rule(rule) for rule in contracts.rules(provider))


def _operation(provider: str, listed: contracts.DocumentedOperation) -> str:
    state = f"501: {listed.missing}" if listed.missing else "built"
    return f"| `{listed.id}` | `{listed.method} {listed.path}` | {_cell(listed.page)} | {_cell(state)} |"


def _rule(rule: Mapping[str, Any]) -> str:
    return f"| `{rule['id']}`<br>{_cell(rule['statement'])} | {rule['evidence']} | {_cell(rule['source'])} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("{", "&#123;").replace("\n", " ")
