"""Servers under test in this process: an emulator, directly or behind a layer that changes messages."""

from collections.abc import Mapping
from datetime import datetime

import httpx

from emulator.conformance.connection import Connection
from emulator.conformance.in_process import EmulatorTransport, SpacePace
from emulator.conformance.probe_file import ProbeFile, probe_file
from emulator.conformance.recorder import Recorder
from emulator.space.commands import MoveClock

START = datetime.fromisoformat("2026-01-15T10:00:00.123Z")

MORE_CREDENTIALS: Mapping[str, Mapping[str, str]] = {
    "cnaught": {
        "other_api_key": "test_sandbox_0001",
        "no_billing_api_key": "test_no_billing_0001",
        "no_subaccounts_api_key": "test_no_subaccounts_0001",
    },
    "dcycle": {
        "other_api_key": "sk_live_fedcba0987654321",
        "other_organization_id": "dce3ff33-9fcc-4521-910f-7972d81fb70c",
        "email": "user@example.com",
        "password": "your-password",
    },
    "thallo": {"seller_api_key": "B" * 64},
}
"""Credentials of the fixtures beside those that a user starts with."""


def connection(
    provider: str,
    *,
    write: bool = True,
    direct: EmulatorTransport | None = None,
    transport: httpx.BaseTransport | None = None,
    credentials: Mapping[str, str] | None = None,
    file: ProbeFile | None = None,
) -> Connection:
    """Return a connection to a fresh emulator, or to ``transport`` in front of the emulator ``direct``."""
    direct = direct or EmulatorTransport()
    direct.space.run(MoveClock(START, frozen=True))
    file = file or probe_file(provider)
    if credentials is None:
        known = {**direct.credentials(provider), **MORE_CREDENTIALS.get(provider, {})}
        credentials = {name: value for name, value in known.items() if name in file.credentials}
    http = httpx.Client(transport=transport or direct, base_url=f"http://127.0.0.1/{provider}", trust_env=False)
    return Connection(http, provider, file, credentials, SpacePace(direct.space), write)


class RecordingTransport(httpx.BaseTransport):
    """Pass requests to another transport, and record them with their replies."""

    def __init__(self, upstream: httpx.BaseTransport, recorder: Recorder) -> None:
        self._upstream = upstream
        self._recorder = recorder

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        reply = self._upstream.handle_request(request)
        reply.read()
        self._recorder.record(request, reply)
        return reply
