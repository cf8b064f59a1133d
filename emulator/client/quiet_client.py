"""An httpx client that does not log: the log of a test is about the code under test, not about the control API."""

import logging
import threading
from typing import Any

import httpx

LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11")


class _Sending(threading.local):
    """Whether this thread is sending a request of a ``QuietClient``."""

    here = False


_sending = _Sending()


class QuietClient(httpx.Client):
    """A client of a server, whose requests do not appear in any log; those of other clients do.

    Proxy variables and ``.netrc`` do not apply to it.
    """

    def __init__(
        self, url: str, token: str | None = None, timeout: float = 60, transport: httpx.BaseTransport | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        secure = url.startswith("https:")  # loading certificates takes longer than a command
        super().__init__(
            base_url=url, headers=headers, timeout=timeout, transport=transport, trust_env=False, verify=secure
        )

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        _sending.here = True
        try:
            return super().send(request, **options)
        finally:
            _sending.here = False


def _is_of_others(_: logging.LogRecord) -> bool:
    return not _sending.here


for _name in LOGGERS:
    logging.getLogger(_name).addFilter(_is_of_others)
