"""Turn an exchange of a recording into a documented exchange of ``contracts/``, with the evidence ``observed``."""

from typing import Any
from urllib.parse import parse_qsl

from emulator.conformance.recording import BadRecording, Recording
from emulator.core.plural import plural
from emulator.evidence import contracts

CREDENTIAL_HEADERS = frozenset({"authorization", "x-api-key", "accept", "content-type"})


def observed_exchange(recording: Recording, number: int, file: str) -> dict[str, Any]:
    """Return an exchange in the form of ``contracts/<provider>/exchanges``. Raises BadRecording."""
    if not 1 <= number <= len(recording.exchanges):
        raise BadRecording(f"{file} has {plural(len(recording.exchanges), 'exchange')}, and no number {number}")
    found = recording.exchanges[number - 1]
    operation = contracts.operation_of(recording.header.provider, found.method, found.path)
    title = operation.description["summary"] if operation else f"{found.method} {found.path}"
    day = found.at.date().isoformat()
    return {
        "title": title.rstrip("."),
        "source": f"observed on {day} at {recording.header.upstream}, exchange {number} of {file}",
        "evidence": "observed",
        "at": found.at.isoformat().replace("+00:00", "Z"),
        "given": [],
        "request": {
            "method": found.method,
            "path": found.path,
            "query": dict(parse_qsl(found.query, keep_blank_values=True)),
            "headers": {name: value for name, value in found.headers.items() if name not in CREDENTIAL_HEADERS},
            "body": found.body,
        },
        "reply": {"status": found.reply.status, "headers": {}, "body": found.reply.body},
        "compare": "exact",
        "placeholders": {},
    }
