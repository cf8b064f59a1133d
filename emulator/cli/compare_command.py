"""``carbon-emulator compare``"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.conform_options import CannotRun, Differs, check_provider, credential_options, credentials
from emulator.cli.options import as_json
from emulator.core.plural import plural

if TYPE_CHECKING:
    from emulator.conformance.comparison import Comparison


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--accept", multiple=True, metavar="NAME", help="A difference that is known; may be repeated.")
@click.option("--accept-file", type=click.Path(path_type=Path), help="A file of known differences, a name a line.")
@click.option("--fixtures", type=click.Path(path_type=Path), help="Fixtures with the data of the recorded account.")
@click.option(
    "--exchange",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="Print this exchange for contracts/, and what it shows.",
)
@credential_options
@as_json
def compare(
    file: Path,
    accept: tuple[str, ...],
    accept_file: Path | None,
    fixtures: Path | None,
    exchange: int | None,
    credential: tuple[str, ...],
    key: str | None,
    as_json: bool,
) -> None:
    """Replay a recording on the emulator, and compare the replies.

    Exit code 0 if they agree, 1 with the differences, 2 if it cannot run. Ids and times are compared by their role. A
    recording without exchanges shows nothing: exit code 2. --credential and --key give credentials of the emulator's
    fixtures.
    """
    from emulator.conformance.comparison import compare as run
    from emulator.conformance.comparison import parts_shown
    from emulator.conformance.observed_exchange import observed_exchange
    from emulator.conformance.recording import BadRecording, read
    from emulator.space.fixtures import BadFixture

    try:
        recording = read(file)
        check_provider(recording.header.provider)
        given = credentials("", credential, key)
        if exchange:
            click.echo(json.dumps(observed_exchange(recording, exchange, file.name), indent=2, ensure_ascii=False))
            for part in parts_shown(recording, exchange, given):
                click.echo(f"shows {part}", err=True)
            return
        if not recording.exchanges:
            raise CannotRun(f"{file} has no exchanges, so it shows nothing")
        known = {*accept, *_accepted(accept_file)}
        comparison = run(recording, given, known, fixtures)
    except (BadRecording, BadFixture) as error:
        raise CannotRun(str(error)) from None
    click.echo(json.dumps(_as_json(comparison), indent=2) if as_json else "\n".join(_lines(comparison)))
    if comparison.divergences:
        raise Differs(plural(len(comparison.divergences), "difference"))


def _accepted(file: Path | None) -> Iterator[str]:
    """Yield the names in a file; lines that begin with # are comments."""
    if file:
        try:
            lines = file.read_text().splitlines()
        except OSError as error:
            raise CannotRun(f"cannot read {file}: {error.strerror}") from None
        yield from (line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _as_json(comparison: "Comparison") -> dict[str, object]:
    return {
        "provider": comparison.provider,
        "exchanges": comparison.exchanges,
        "differences": [divergence.model_dump() for divergence in comparison.divergences],
        "accepted": [divergence.model_dump() for divergence in comparison.accepted],
        "stale": comparison.stale,
    }


def _lines(comparison: "Comparison") -> Iterator[str]:
    named: dict[str, int] = {}
    for divergence in comparison.divergences:
        named[divergence.name] = named.get(divergence.name, 0) + 1
        if named[divergence.name] == 1:
            yield f"DIFFERS   {divergence.name}"
            yield f"          exchange {divergence.exchange}, {divergence.request}: {divergence.place or 'body'}"
            yield f"            recorded {divergence.recorded}"
            yield f"            emulator {divergence.replayed}"
    yield from (f"STALE     {name} is accepted, and no longer occurs" for name in comparison.stale)
    accepted = f", {len(comparison.accepted)} accepted" if comparison.accepted else ""
    differences = f"{plural(len(comparison.divergences), 'difference')} of {plural(len(named), 'kind')}"
    yield f"{comparison.provider}: {plural(comparison.exchanges, 'exchange')}, {differences}{accepted}"
