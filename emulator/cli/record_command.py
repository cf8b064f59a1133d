"""``carbon-emulator record``"""

from collections import Counter
from pathlib import Path

import click

from emulator.cli.conform_options import CannotRun, base_url, check_provider, credential_options, credentials
from emulator.cli.server_options import bound_socket
from emulator.core.plural import plural


@click.command()
@click.argument("provider")
@click.option("--upstream", metavar="URL", required=True, help="The vendor, such as https://api.cnaught.com.")
@click.option("--to", "file", type=click.Path(path_type=Path), required=True, help="The new file to write.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port to listen on; without it, a free one.")
@credential_options
def record(provider: str, upstream: str, file: Path, port: int, credential: tuple[str, ...], key: str | None) -> None:
    """Pass requests to a vendor, and record them without secrets.

    It ends with Ctrl+C. Use the printed URL as the base URL of PROVIDER in your client. Credentials that are given by
    name are sealed as {{credential:NAME}}, so that `compare` can put those of the emulator in their place.
    """
    from emulator.conformance.pace import RealPace
    from emulator.conformance.recorder import Recorder, open_recording
    from emulator.conformance.recording_proxy import RecordingServer

    check_provider(provider)
    known, url = credentials(provider, credential, key), base_url(upstream)
    bound = bound_socket("127.0.0.1", port)
    try:
        written = open_recording(file)
    except OSError as error:
        bound.close()
        raise CannotRun(f"cannot write {file}: {error.strerror}") from None
    with bound, written:
        recorder = Recorder(written, provider, url, known, RealPace(0))
        try:
            RecordingServer(url, recorder).run(bound, click.echo)
        except OSError as error:
            raise CannotRun(f"cannot write {file}: {error.strerror}") from None
    click.echo(f"{plural(recorder.recorded, 'exchange')} in {file}", err=True)
    for reason, times in Counter(recorder.left_out).items():
        click.echo(f"{times} not recorded: {reason}", err=True)
