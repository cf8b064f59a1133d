"""Recordings of a vendor: exchanges without secrets, one JSON document a line.

The first line says what was recorded, each other line is an exchange. Secrets are sealed before anything is written:
a credential becomes ``{{credential:api_key}}``, any other secret ``{{secret:3:12}}``, the same mark wherever it
appears; the last number is its length. Of a JSON Web Token the names of the claims and the times are kept, because they
are no secret.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from emulator.conformance.expression import claims
from emulator.core.file_kinds import other_kind
from emulator.core.mistakes import first_mistake
from emulator.core.secrets import is_secret_member

FORMAT = "carbon-emulator recording 1"

LEFT_OUT = frozenset(
    {"host", "connection", "keep-alive", "proxy-connection", "transfer-encoding", "content-length", "content-encoding"}
    | {"accept-encoding", "user-agent", "cookie", "set-cookie", "date", "server", "via", "forwarded", "x-forwarded-for"}
    | {"x-forwarded-host", "x-forwarded-proto", "x-real-ip", "strict-transport-security", "alt-svc", "report-to"}
    | {"nel", "cf-ray", "cf-cache-status"}
)
"""Headers about the connection or the client: a recording has none of them."""

MARK = re.compile(r"\{\{(credential|secret):[^{}]+\}\}")
"""What stands for a secret."""

LITERAL = "{{literal:}}"
"""What stands for the braces of a text that looks like a mark."""

TIME_CLAIMS = frozenset({"exp", "iat", "nbf", "token_type"})


class BadRecording(ValueError):
    """A file is not a recording. The message names the line."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def line(self) -> str:
        """Return the part as a line of a recording. Text that is no Unicode is kept."""
        return json.dumps(self.model_dump(exclude_defaults=True), separators=(",", ":"), default=datetime.isoformat)


class Header(_Part):
    """The first line of a recording: what was recorded, and when it began."""

    format: str
    provider: str
    upstream: str
    began: datetime


class RecordedReply(_Part):
    """A reply. ``claims`` are those of the tokens in its body, by the place of the token."""

    status: int
    headers: dict[str, str]
    body: Any
    claims: dict[str, dict[str, Any]] = {}


class RecordedExchange(_Part):
    """A request and its reply. ``body`` is JSON if the request's was, and else ``text``."""

    at: datetime
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any = None
    text: str | None = None
    reply: RecordedReply


class Recording(_Part):
    """What one run of ``record`` wrote."""

    header: Header
    exchanges: list[RecordedExchange]


def read(path: Path) -> Recording:
    """Return the recording in a file. Raises BadRecording."""
    try:
        lines = path.read_text("utf-8").rstrip("\n").split("\n")
    except OSError as error:
        raise BadRecording(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadRecording(f"cannot read {path}: it is not UTF-8") from None
    exchanges: list[RecordedExchange] = []
    header: Header | None = None
    for number, line in enumerate(lines, start=1):
        if header is None and line == "":
            break
        try:
            content = json.loads(line)
            if header is None:
                header = Header.model_validate(content)
            else:
                exchanges.append(RecordedExchange.model_validate(content))
        except json.JSONDecodeError as error:
            raise BadRecording(f"{path}, line {number}: not JSON: {error.msg}") from None
        except ValidationError as error:
            if header is None and (reason := other_kind(content, "recording")):
                raise BadRecording(f"{path}: {reason}") from None
            mistake = first_mistake(content, RecordedExchange if header else Header, error)
            raise BadRecording(f"{path}, line {number}: {mistake}") from None
    if header is None or header.format != FORMAT:
        raise BadRecording(f"{path} is not a recording: its first line has no format {FORMAT!r}")
    return Recording(header=header, exchanges=exchanges)


def _claims(content: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the claims of each token in a body, with the place of the token. Only times keep their values."""
    if isinstance(content, dict):
        for name, value in content.items():
            below = f"{place}.{name}" if place else name
            found = claims(value) if isinstance(value, str) and is_secret_member(name) else None
            if isinstance(found, dict):
                yield below, {claim: v if claim in TIME_CLAIMS else type(v).__name__ for claim, v in found.items()}
            yield from _claims(value, below)


def token_claims(content: Any) -> dict[str, dict[str, Any]]:
    """Return the claims of the tokens in a body, as a recording has them."""
    return dict(_claims(content, ""))
