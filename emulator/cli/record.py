"""``carbon-emulator record``"""

from pathlib import Path

import click

from emulator.cli.conform_options import CannotRun, base_url, check_provider, credential_options, credentials


@click.command()
@click.argument("provider")
@click.option("--upstream", metavar="URL", required=True, help="The vendor, such as https://api.cnaught.com.")
@click.option("--to", "file", type=click.Path(path_type=Path), required=True, help="The new file to write.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port to listen on; without it, a free one.")
@credential_options
def record(provider: str, upstream: str, file: Path, port: int, credential: tuple[str, ...], key: str | None) -> None:
    """Pass requests to a vendor, and record them without secrets, until Ctrl+C.

    Use the printed URL as the base URL of PROVIDER in your client. Credentials that are given by name are sealed as
    {{credential:NAME}}, so that `compare` can put those of the emulator in their place.
    """
    import httpx

    from emulator.conformance.pace import RealPace
    from emulator.conformance.recorder import Proxy, Recorder, RecordingTransport, open_recording

    check_provider(provider)
    known = credentials(provider, credential, key)
    try:
        written = open_recording(file)
    except OSError as error:
        raise CannotRun(f"cannot write {file}: {error.strerror}") from None
    with written:
        recorder = Recorder(written, provider, base_url(upstream), known, RealPace(0))
        transport = RecordingTransport(httpx.HTTPTransport(), recorder)
        with httpx.Client(transport=transport, timeout=60, follow_redirects=False) as client:
            try:
                proxy = Proxy(port, client, upstream)
            except OSError as error:
                raise CannotRun(f"cannot listen on port {port}: {error.strerror}") from None
            click.echo(proxy.url)
            try:
                proxy.serve_forever()
            except KeyboardInterrupt:
                proxy.server_close()
        click.echo(f"{recorder.recorded} exchanges in {file}", err=True)
