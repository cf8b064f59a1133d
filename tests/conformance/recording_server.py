"""A recording proxy in a thread."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from emulator.conformance.pace import RealPace
from emulator.conformance.recorder import Recorder, open_recording
from emulator.conformance.recording_proxy import RecordingServer
from emulator.server.server import bind


@contextmanager
def recording(
    provider: str, upstream: str, file: Path, credentials: Mapping[str, str]
) -> Iterator[tuple[str, Recorder]]:
    """Run a recording proxy, and return its URL and its recorder. Afterwards the recording is complete."""
    ready: list[str] = []
    serving = threading.Event()

    def announce(url: str) -> None:
        ready.append(url)
        serving.set()

    with open_recording(file) as written, bind("127.0.0.1", 0) as bound:
        recorder = Recorder(written, provider, upstream, credentials, RealPace(0))
        server = RecordingServer(upstream, recorder)
        thread = threading.Thread(target=server.run, args=(bound, announce), daemon=True)
        thread.start()
        assert serving.wait(5)
        try:
            yield ready[0], recorder
        finally:
            server.stop()
            thread.join(5)
