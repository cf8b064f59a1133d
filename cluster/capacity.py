"""``python -m cluster.capacity``: what 1 to 100 nodes hold, computed from costs that ``--measure`` measures.

The model leaves out everything but costs: see ``Costs`` and ``Assumptions``. Requests are writes, spread evenly.

* Sticky: the requests of a space go to one node, which alone applies its entries.
* Not sticky: they go to any node, so each node applies the entries of all spaces.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from math import log10
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
COSTS = Path(__file__).with_name("costs.json")
PAGE, PICTURE = ROOT / "docs" / "cluster.md", ROOT / "docs" / "images" / "capacity.svg"
BEGIN, END = "<!-- capacity -->\n", "<!-- /capacity -->\n"
NODES = (1, 2, 3, 5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Costs:
    """Measured costs. All but the last are CPU microseconds.

    ``serve`` is what a write costs the node that answers it, and ``follow`` what it costs each other node that applies
    it. In the database, ``transaction`` is what an append costs, ``append`` what each entry in it costs, and ``fetch``
    what it costs to send an entry to another node. ``load`` is what a record costs when a snapshot is loaded.
    ``space_bytes`` is the memory of a small space.
    """

    serve: float
    follow: float
    transaction: float
    append: float
    fetch: float
    load: float
    space_bytes: float


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The machines and the load, which are not measured.

    A node has one core for its spaces. ``waiting`` is how many requests a node stores in one transaction, which it does
    when the database is busy. A space has ``records`` in its snapshot and ``entries`` after it.
    """

    database_cores: int = 4
    databases: int = 1
    waiting: int = 16
    node_bytes: float = 4e9
    records: int = 1000
    entries: int = 2500


MICRO = 1e-6


def nodes_rate(costs: Costs, nodes: int, sticky: bool) -> float:
    """Return the writes a second that the nodes can answer, if the database could store any number."""
    others = 0 if sticky else nodes - 1
    return nodes / ((costs.serve + others * costs.follow) * MICRO)


def database_rate(costs: Costs, assumed: Assumptions, nodes: int, sticky: bool) -> float:
    """Return the writes a second that the databases can store, and send to the other nodes if those need them."""
    others = 0 if sticky else nodes - 1
    each = costs.append + costs.transaction / assumed.waiting + others * costs.fetch
    return assumed.databases * assumed.database_cores / (each * MICRO)


def rate(costs: Costs, assumed: Assumptions, nodes: int, sticky: bool) -> tuple[float, str]:
    """Return the writes a second that the whole holds, and what limits them."""
    of_nodes, of_database = nodes_rate(costs, nodes, sticky), database_rate(costs, assumed, nodes, sticky)
    return (of_nodes, "nodes") if of_nodes <= of_database else (of_database, "database")


def spaces(costs: Costs, assumed: Assumptions, nodes: int, sticky: bool) -> float:
    """Return how many small spaces fit into the memory of the nodes; all others are in the database alone."""
    return (nodes if sticky else 1) * assumed.node_bytes / costs.space_bytes


def load_seconds(costs: Costs, assumed: Assumptions) -> float:
    """Return how long the first request to a space waits at a node that does not have it."""
    return (assumed.records * costs.load + assumed.entries * costs.follow) * MICRO


def recovery_seconds(costs: Costs, assumed: Assumptions, nodes: int, spaces_in_use: int) -> float:
    """Return how long the others need to load all spaces of a node that has ended, if requests are sticky.

    If they are not, every node has all spaces.
    """
    if nodes == 1:
        return spaces_in_use * load_seconds(costs, assumed)
    return spaces_in_use / nodes * load_seconds(costs, assumed) / (nodes - 1)


def nodes_at_the_limit(costs: Costs, assumed: Assumptions, sticky: bool) -> int:
    """Return the first number of nodes at which the database is the limit, or one more than a thousand."""
    return next((n for n in range(1, 1001) if rate(costs, assumed, n, sticky)[1] == "database"), 1001)


# --- as a page


SPACES_IN_USE = 1000


def table(costs: Costs, assumed: Assumptions) -> str:
    """Return the table of the documentation."""
    head = (
        "| nodes | writes/s, sticky | limit | writes/s, not sticky | limit | small spaces in memory, sticky "
        f"| not sticky | {SPACES_IN_USE:,} spaces in use after a node ended, sticky |\n"
        "| ---: | ---: | --- | ---: | --- | ---: | ---: | ---: |\n"
    )
    return head + "".join(_row(costs, assumed, nodes) for nodes in NODES)


def _row(costs: Costs, assumed: Assumptions, nodes: int) -> str:
    rates = [rate(costs, assumed, nodes, sticky) for sticky in (True, False)]
    held = [spaces(costs, assumed, nodes, sticky) for sticky in (True, False)]
    recovery = recovery_seconds(costs, assumed, nodes, SPACES_IN_USE)
    cells = [f"{nodes}", *(part for found, limit in rates for part in (f"{_rounded(found):,}", limit))]
    cells += [*(f"{_rounded(number):,}" for number in held), f"{recovery:.1f} s" if recovery >= 0.1 else "< 0.1 s"]
    return f"| {' | '.join(cells)} |\n"


def _rounded(number: float) -> int:
    """Return a number with two significant digits: a model has no more."""
    return int(float(f"{number:.2g}"))


def section(costs: Costs, assumed: Assumptions) -> str:
    """Return what the page shows between its marks."""
    limit, loose = (nodes_at_the_limit(costs, assumed, sticky) for sticky in (True, False))
    several = Assumptions(databases=4)
    return (
        f"Measured (CPU µs): a write at the node that answers it {costs.serve:.0f}, at each other node that applies it "
        f"{costs.follow:.0f}; in PostgreSQL, an append {costs.transaction:.0f}, each entry in it {costs.append:.0f}, "
        f"an entry sent to another node {costs.fetch:.1f}; loading a record of a snapshot {costs.load:.1f}. A small "
        f"space takes {costs.space_bytes / 1e3:.0f} kB.\n\n"
        f"{table(costs, assumed)}\n"
        f"Assumed: one core for each node, {assumed.database_cores} cores for the database, "
        f"{assumed.node_bytes / 1e9:.0f} GB of memory for the spaces of a node, {assumed.waiting} requests in each "
        f"append, and for recovery, spaces of {assumed.records:,} records with {assumed.entries:,} entries after their "
        f"snapshot ({load_seconds(costs, assumed):.1f} s to load one). Requests are writes and spread evenly; network, "
        "disk and the load balancer are not in the model, and neither is a single space, which uses one core. With "
        "several cores, a machine runs several nodes.\n\n"
        f"PostgreSQL is the limit from {_number(limit)} on with sticky requests, and {_from(loose)} without: there, "
        f"every node applies everything, and the nodes stop at {_rounded(1 / costs.follow / MICRO):,} writes/s however "
        f"many they are. Beyond that, spread the spaces over several databases by name, each with nodes of its own: "
        f"with {several.databases} of them the limit is at {_number(nodes_at_the_limit(costs, several, True))}.\n\n"
        "![Writes a second by the number of nodes](images/capacity.svg)\n"
    )


def _number(nodes: int) -> str:
    return f"{nodes} nodes" if nodes <= 1000 else "more than 1,000 nodes"


def _from(nodes: int) -> str:
    return f"from {nodes} nodes on" if nodes <= 1000 else "never"


def page(text: str, costs: Costs, assumed: Assumptions) -> str:
    """Return the page with its section up to date."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + section(costs, assumed) + END + rest.partition(END)[2]


# --- as a picture


WIDTH, HEIGHT, LEFT, BOTTOM = 640, 360, 70, 40
RATES = (1e3, 1e6)
"""The range of the vertical axis, in writes a second."""


def picture(costs: Costs, assumed: Assumptions) -> str:
    """Return an SVG with both curves and the limits of one and of four databases, on logarithmic axes."""
    four = Assumptions(databases=4)
    lines: Sequence[tuple[str, str, Callable[[int], float]]] = (
        ("#2563eb", "sticky", lambda nodes: rate(costs, four, nodes, True)[0]),
        ("#dc2626", "not sticky", lambda nodes: rate(costs, four, nodes, False)[0]),
        ("#6b7280", "limit of one database, sticky", lambda nodes: database_rate(costs, assumed, nodes, True)),
        ("#9ca3af", "limit of four databases, sticky", lambda nodes: database_rate(costs, four, nodes, True)),
    )
    parts = [*_axes()]
    for index, (color, name, value) in enumerate(lines):
        points = " ".join(f"{_x(nodes):.1f},{_y(value(nodes)):.1f}" for nodes in range(1, 101))
        dashes = ' stroke-dasharray="6 4"' if "limit" in name else ""
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"{dashes}/>')
        parts.append(f'<text x="{LEFT + 12}" y="{24 + 18 * index}" fill="{color}">{name}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="13">\n<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _axes() -> Iterable[str]:
    for number in (1_000, 10_000, 100_000, 1_000_000):
        y = _y(number)
        yield f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#374151">{number:,}</text>'
    for nodes in NODES:
        yield (
            f'<text x="{_x(nodes):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="#374151">{nodes}</text>'
        )
    yield f'<text x="{WIDTH / 2}" y="{HEIGHT - 4}" text-anchor="middle" fill="#374151">nodes; writes a second</text>'


def _x(nodes: int) -> float:
    return LEFT + (WIDTH - LEFT - 20) * log10(nodes) / 2


def _y(number: float) -> float:
    least, most = map(log10, RATES)
    return 10 + (HEIGHT - BOTTOM - 10) * (most - min(most, max(least, log10(number)))) / (most - least)


def read_costs() -> Costs:
    """Return the costs that were measured last."""
    return Costs(**json.loads(COSTS.read_text()))


@click.command()
@click.option("--measure", is_flag=True, help="Measure the costs on this machine first. Needs PostgreSQL.")
def main(measure: bool) -> None:
    """Write the table and the picture of docs/cluster.md."""
    if measure:
        from cluster.costs import measured

        COSTS.write_text(json.dumps(asdict(measured()), indent=2) + "\n")
    costs = read_costs()
    PAGE.write_text(page(PAGE.read_text(), costs, Assumptions()))
    PICTURE.write_text(picture(costs, Assumptions()))
    click.echo(table(costs, Assumptions()))


if __name__ == "__main__":
    main()
