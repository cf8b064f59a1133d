"""Charts as inline SVG. Colors come from classes of the style sheet."""

from collections.abc import Sequence
from decimal import Decimal

from emulator.pages.html import Element, h

BAR_WIDTH, BAR_HEIGHT, GAP = 600, 14, 3
COLORS = 6
COLUMNS_WIDTH, COLUMNS_HEIGHT = 600, 160


def shares_bar(shares: Sequence[tuple[str, Decimal]]) -> Element:
    """Return shares of a whole, which add up to 1, as parts of one bar."""
    parts, start = [], 0.0
    for index, (name, share) in enumerate(shares):
        width = float(share) * BAR_WIDTH
        inner = max(width - (GAP if index < len(shares) - 1 else 0), 1)
        parts.append(
            h(
                "rect",
                h("title", name),
                x=f"{start:.1f}",
                y="0",
                width=f"{inner:.1f}",
                height=f"{BAR_HEIGHT}",
                class_=f"c{index % COLORS}",
            )
        )
        start += width
    box = f"0 0 {BAR_WIDTH} {BAR_HEIGHT}"
    return h("svg", *parts, viewBox=box, preserveAspectRatio="none", class_="bar", role="img", aria_label="Shares")


def columns(values: Sequence[tuple[str, str, Decimal]]) -> Element:
    """Return a column for each label, with a full text that appears on hovering, in proportion to its value."""
    highest = max((value for *_, value in values), default=Decimal(0)) or Decimal(1)
    step = COLUMNS_WIDTH / max(len(values), 1)
    shapes: list[Element] = []
    for index, (label, text, value) in enumerate(values):
        height = float(value / highest) * COLUMNS_HEIGHT
        left, top = index * step + step * 0.14, COLUMNS_HEIGHT - height
        at = {"x": f"{left:.1f}", "y": f"{top:.1f}", "width": f"{step * 0.72:.1f}", "height": f"{height:.1f}"}
        shapes.append(h("rect", h("title", text), rx="3", class_="c0", **at))
        middle = {"x": f"{(index + 0.5) * step:.1f}", "y": f"{COLUMNS_HEIGHT + 24}"}
        shapes.append(h("text", label, text_anchor="middle", **middle))
    box = f"0 -4 {COLUMNS_WIDTH} {COLUMNS_HEIGHT + 34}"
    return h("svg", *shapes, viewBox=box, class_="columns", role="img", aria_label="Amounts by month")
