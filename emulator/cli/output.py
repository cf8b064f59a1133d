"""What commands print: tables for people, JSON for programs."""

import json
import sys
from collections.abc import Callable, Container, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from emulator.core.file_kinds import other_kind

STEPS_MIN = 1000
"""Fewer steps are done before a bar could be read."""

COLORS = ((500, "red"), (400, "yellow"), (300, "cyan"), (0, "green"))


def show(content: Any, as_json: bool, text: str) -> None:
    """Print content as JSON, or the text for people."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False) if as_json else text)


def table(
    header: Sequence[str], rows: Iterable[Sequence[object]], empty: str, numbers: Container[str] = frozenset()
) -> str:
    """Return a table with aligned columns, those headed ``numbers`` to the right; without rows, the text ``empty``."""
    texts = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    if not texts:
        return empty
    widths = [max(map(len, column)) for column in zip(header, *texts, strict=True)]
    right = [name in numbers for name in header]
    lines = [_aligned(header, widths, right, bold=True), *(_aligned(row, widths, right) for row in texts)]
    return "\n".join(lines)


def colored_status(status: int, width: int = 0) -> str:
    """Return an HTTP status in the color of its class."""
    return click.style(f"{status:>{width}}", next(color for least, color in COLORS if status >= least))


def read_json(file: Path) -> Any:
    """Return the content of a JSON file. Raises click.UsageError."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{file}: {_of_lines(text) or f'it is not JSON: {error}'}") from None


def _of_lines(text: bytes) -> str | None:
    """Return of what kind a file is whose lines are documents; None if that is not known."""
    try:
        return other_kind(json.loads(text.partition(b"\n")[0]))
    except (ValueError, RecursionError):
        return None


def write_json(file: Path, content: Any) -> None:
    """Write content to a JSON file. Raises click.UsageError."""
    write_text(file, json.dumps(content))


def write_text(file: Path, text: str) -> None:
    """Write a text to a file. Raises click.UsageError."""
    try:
        file.write_text(text)
    except OSError as error:
        raise click.UsageError(f"cannot write {file}: {error.strerror}") from None


def progress_bar(label: str, length: int) -> Callable[[int], object]:
    """Return the function to call with each step of a long task: it draws a bar, on a terminal only."""
    if length < STEPS_MIN or not sys.stderr.isatty():
        return lambda _: None
    bar = click.progressbar(length=length, label=label, file=sys.stderr, update_min_steps=max(1, length // 200))

    def step(steps: int) -> None:
        bar.update(steps)
        if bar.finished:
            bar.render_finish()

    return step


def _aligned(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool], bold: bool = False) -> str:
    columns = zip(cells, widths, right, strict=True)
    padded = [cell.rjust(width) if to_right else cell.ljust(width) for cell, width, to_right in columns]
    if not right[-1]:
        padded[-1] = cells[-1]
    return "  ".join(click.style(cell, bold=True) if bold else cell for cell in padded)
