"""Write the figures as tables, and keep them."""

import json
import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.process import ROOT

DIRECTORY = ROOT / "build" / "bench"
Figures: TypeAlias = Mapping[str, Any]


def machine() -> Figures:
    """Return the machine that the figures were measured on."""
    models = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def write(name: str, content: str) -> Path:
    """Write a file of this run."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    path = DIRECTORY / name
    path.write_text(content)
    return path


def read(name: str) -> Any:
    """Return a JSON file of the last run; None if there is none."""
    path = DIRECTORY / name
    return json.loads(path.read_text()) if path.exists() else None


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---", "---", *["---:"] * (len(head) - 2)], *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def rates(figures: Figures) -> str:
    """Return every workload and subject, the start of each, and which were left out."""
    head = [
        "workload",
        "server",
        "requests/s",
        "of raw",
        "p99 ms",
        "CPU µs a request",
        "of raw",
        "MB idle",
        "MB after",
    ]
    text = table(head, [_rate(row, figures["workloads"]) for row in figures["rates"]])
    if failed := [row for row in figures["rates"] if row.get("failed")]:
        failures = (f"{row['subject']} {row['failed']} of {row['requests']} ({row['workload']})" for row in failed)
        text += f"\nRequests that failed: {', '.join(failures)}.\n"
    text += "\n" + table(
        ["start", "", "seconds to the first reply", "of the imports"],
        [(row["subject"], "", row["seconds"], row["to_imports"]) for row in figures["cold_starts"]],
    )
    if figures["left_out"]:
        reasons = (f"{name} ({reason})" for name, reason in figures["left_out"].items())
        text += f"\nLeft out: {', '.join(reasons)}.\n"
    return text


def _rate(row: Figures, titles: Mapping[str, str]) -> Sequence[object]:
    name = f"**{row['subject']}**" if row["subject"] == "emulator" else row["subject"]
    title = titles[row["workload"]] if row["subject"] == "emulator" else ""
    rate, cpu = (f"{row[ratio]:.2f}" if ratio in row else "" for ratio in ("rate_to_raw", "cpu_to_raw"))
    return [
        title,
        name,
        f"{row['requests_per_second']:,}",
        rate,
        row["p99_ms"],
        f"{row['cpu_us']:,.0f}",
        cpu,
        f"{row['idle_mb']:.0f}",
        f"{row['after_mb']:.0f}",
    ]


def scaling(figures: Figures) -> str:
    """Return the cost of each read, with few and with many records."""
    rows = [
        (row["what"], row["unit"], row.get("little", ""), row["much"], row.get("ratio", ""))
        for row in figures["scaling"]
    ]
    amounts = (
        f"Little is {figures['few']:,} records and much is {figures['many']:,}, where a line does not say otherwise.\n"
    )
    return table(["cost of a request", "", "with little", "with much", "ratio"], rows) + "\n" + amounts
