"""The URL of a server, as users give it."""

import re

from emulator.core import server_settings

SPACE = re.compile(r"/~([^/]*)/*$")


def server_url(url: str) -> str:
    """Return the URL of a server. Raises ValueError for a text that is none, and for the URL of a space."""
    server_settings.url(url)
    if space := SPACE.search(url):
        server = url[: space.start()]
        raise ValueError(f"{url!r} is the URL of the space {space[1]!r}; use that of its server: {server}")
    return url
