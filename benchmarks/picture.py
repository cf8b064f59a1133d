"""A bar chart of two workloads.

Bars need no drawing library: matplotlib and its dependencies are larger than everything that the emulator needs.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

SHOWN = ("write", "read")
WIDTH, NAMES, ROOM = 720, 120, 170
"""In pixels: the picture, the names before the bars, and the figures behind the longest one."""

ROW, HEAD = 22, 34

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #57606a }
  .head { font-weight: 600 }
  rect { fill: #8c959f }
  .own { fill: #1a7f37 }
  @media (prefers-color-scheme: dark) { text { fill: #9198a1 } rect { fill: #656c76 } .own { fill: #2ea043 } }
"""


def svg(figures: Mapping[str, Any]) -> str:
    """Return a chart of requests per second by server, of a write and of a read, each on its own scale."""
    parts, top = [], 0
    for workload in SHOWN:
        rows = [row for row in figures["rates"] if row["workload"] == workload]
        if rows:
            parts += _bars(f"{figures['workloads'][workload]}, requests a second on one core", rows, top)
            top += HEAD + ROW * len(rows) + ROW // 2
    size = f'viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}"'
    body = "\n".join(["<title>Requests a second on one core</title>", f"<style>{STYLE}</style>", *parts])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">\n{body}\n</svg>\n'


def _bars(title: str, rows: Sequence[Mapping[str, Any]], top: int) -> list[str]:
    longest = max(row["requests_per_second"] for row in rows) or 1
    drawn = [f'<text class="head" x="0" y="{top + 20}">{escape(title)}</text>']
    for index, row in enumerate(rows):
        y = top + HEAD + ROW * index
        length = max(1, round((WIDTH - NAMES - ROOM) * row["requests_per_second"] / longest))
        own = ' class="own"' if row["subject"] == "emulator" else ""
        label = f"{row['requests_per_second']:,} · {row['cpu_us']:,.0f} µs CPU each"
        drawn += [
            f'<text x="{NAMES - 8}" y="{y + 13}" text-anchor="end">{escape(row["subject"])}</text>',
            f'<rect{own} x="{NAMES}" y="{y + 2}" width="{length}" height="{ROW - 6}" rx="2"/>',
            f'<text x="{NAMES + length + 6}" y="{y + 13}">{label}</text>',
        ]
    return drawn
