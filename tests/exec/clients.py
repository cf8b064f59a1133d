"""The clients that ``exec`` is proven with, unchanged; and the table of the documentation that is made from them.

``python -m tests.exec.clients`` writes the table; a test compares.
"""

import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
PAGE = HERE.parents[1] / "docs" / "exec.md"
NODE_24 = HERE / "node24" / "node_modules" / "node" / "bin" / "node"
NODE_SDK = HERE.parent / "sdk" / "cnaught" / "node_modules" / "@cnaught" / "cnaught-node-sdk"
BEGIN, END = "<!-- clients: made by python -m tests.exec.clients -->\n", "<!-- /clients -->"

URL = "https://api.cnaught.com/v1/orders"
CNAUGHT_KEY, ONECLICKIMPACT_KEY = "cnaught api_key", "oneclickimpact api_key"
"""Placeholders for credentials of the emulator in a command."""

PROXY, HOOK = "proxy", "hook"


@dataclass(frozen=True)
class Client:
    """A client: how its program is run, what it prints, by which modes it is redirected, and by which variables.

    ``needs`` are programs, modules or paths; without one, its tests are skipped.
    """

    name: str
    by: str
    variables: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    prints: str = "401"

    @property
    def modes(self) -> tuple[str, ...]:
        return ("env", "preload", "isolated") if self.by == PROXY else ("preload", "isolated")

    @property
    def id(self) -> str:
        return self.name.replace("`", "")


def _python(name: str, by: str, function: str, *needs: str, variables: str = "") -> Client:
    command = (sys.executable, str(PROGRAMS / "client.py"), URL, function)
    return Client(name, by, variables or HOOK_PYTHON, command, needs)


def _node(name: str, how: str) -> Client:
    return Client(name, HOOK, HOOK_NODE, ("node", str(PROGRAMS / "fetch.mjs"), URL, how), ("node",))


def _node_24(name: str, how: str) -> Client:
    command = (str(NODE_24), str(PROGRAMS / "fetch.mjs"), URL, how)
    return Client(name, PROXY, "`NODE_USE_ENV_PROXY`, `NODE_EXTRA_CA_CERTS`", command, (str(NODE_24),))


HOOK_PYTHON, HOOK_NODE = "`PYTHONPATH`, `SSL_CERT_FILE`", "`NODE_OPTIONS`, `NODE_EXTRA_CA_CERTS`"
JAVA = (str(PROGRAMS / "HttpClient.java"), URL)

CLIENTS = (
    Client(
        "curl",
        PROXY,
        "`HTTPS_PROXY`, `CURL_CA_BUNDLE`",
        ("curl", "--silent", "--show-error", "--output", "/dev/null", "--write-out", "%{http_code}", URL),
        ("curl",),
    ),
    Client(
        "1ClickImpact's SDK for Python, makeimpact 2.0.0",
        PROXY,
        "`HTTPS_PROXY`, `REQUESTS_CA_BUNDLE`",
        (sys.executable, str(PROGRAMS / "client.py"), ONECLICKIMPACT_KEY, "makeimpact"),
        ("makeimpact",),
        "3",
    ),
    _python("requests", PROXY, "requests", "requests", variables="`HTTPS_PROXY`, `REQUESTS_CA_BUNDLE`"),
    _python("httpx", PROXY, "httpx", "httpx", variables="`HTTPS_PROXY`, `SSL_CERT_FILE`"),
    _python("urllib.request", PROXY, "urllib", variables="`HTTPS_PROXY`, `SSL_CERT_FILE`"),
    _python("aiohttp", HOOK, "aiohttp", "aiohttp"),
    _python("aiohttp with aiodns", HOOK, "aiohttp_aiodns", "aiohttp", "aiodns"),
    _python("aiohttp on uvloop", HOOK, "aiohttp_uvloop", "aiohttp", "uvloop"),
    _python("httpx with `trust_env=False`, asynchronous", HOOK, "httpx_async", "httpx"),
    _python("httpx with `trust_env=False`, on uvloop", HOOK, "httpx_uvloop", "httpx", "uvloop"),
    _python("urllib3", HOOK, "urllib3", "urllib3"),
    _python("http.client", HOOK, "http_client"),
    _python("asyncio streams", HOOK, "asyncio"),
    _python("asyncio streams on uvloop", HOOK, "asyncio_uvloop", "uvloop"),
    Client(
        "CNaught's SDK for Node",
        HOOK,
        HOOK_NODE,
        ("node", str(PROGRAMS / "sdk.mjs"), str(NODE_SDK / "dist" / "index.js"), CNAUGHT_KEY),
        ("node", str(NODE_SDK)),
        "10",
    ),
    _node_24("Node 22.21, 24 and later: fetch", "fetch"),
    _node_24("Node 22.21, 24 and later: https", "https"),
    _node("Node 20 and later: fetch", "fetch"),
    _node("Node 20 and later: https", "https"),
    _node("Node 20 and later: fetch in a worker", "worker"),
    Client("Java 11 and later: HttpClient", PROXY, "`JAVA_TOOL_OPTIONS`", ("java", *JAVA), ("java",)),
    Client("Java: HttpURLConnection", PROXY, "`JAVA_TOOL_OPTIONS`", ("java", *JAVA, "old"), ("java",)),
    Client(
        "Go: net/http",
        PROXY,
        "`HTTPS_PROXY`, `SSL_CERT_FILE`",
        ("go", "run", str(PROGRAMS / "client.go"), URL),
        ("go",),
    ),
)


def missing(client: Client) -> str | None:
    """Return what a client needs and this machine lacks."""
    return next((need for need in client.needs if not _has(need)), None)


def _has(need: str) -> bool:
    return Path(need).exists() if "/" in need else bool(shutil.which(need) or find_spec(need))


def table() -> str:
    """Return the table of the documentation."""
    lines = ["| client | `env` | `preload` | `isolated` | variables |", "| --- | --- | --- | --- | --- |"]
    for client in CLIENTS:
        cells = ["yes" if mode in client.modes else "no" for mode in ("env", "preload", "isolated")]
        lines.append(f"| {client.name} | {' | '.join(cells)} | {client.variables} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return the page as it should be."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page())
