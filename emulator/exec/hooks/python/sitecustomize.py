"""Lead the connections of a Python process to the vendors' hosts to the emulator.

``carbon-emulator exec`` puts this directory on ``PYTHONPATH``, so it runs in any project and Python: it imports nothing
before the process itself does, and nothing of the emulator. It ends with the ``sitecustomize`` that it hides.
"""
# mypy: ignore-errors
# ruff: noqa: ARG002

import os
import sys

LOCAL = ("", "localhost", "::1", "0.0.0.0", "::")  # noqa: S104
PLACEHOLDER = "127.101.14.99"
"""What vendors' names resolve to. Nothing listens there; connections to it lead to the emulator."""


class Redirect:
    """Which hosts lead where, as ``CARBON_EXEC_REDIRECT`` says."""

    def __init__(self, text):
        secure, plain, mode, hosts = (text.split(" ") + [""] * 4)[:4]
        self.ports = (int(secure or 0), int(plain or 0))
        self.offline = mode == "offline"
        self.hosts = frozenset(filter(None, hosts.split(",")))

    def is_vendor(self, host):
        if isinstance(host, (bytes, bytearray)):
            host = bytes(host).decode("latin-1")
        return isinstance(host, str) and host.lower().rstrip(".") in self.hosts

    def leads_here(self, host):
        return host == PLACEHOLDER or self.is_vendor(host)

    def address(self, host, port):
        """Return where a connection to a host leads."""
        return ("127.0.0.1", self.ports[str(port) in ("80", "http")]) if self.leads_here(host) else (host, port)

    def check(self, host):
        """Raise OSError for a host beyond this machine, if offline."""
        text = host.decode("latin-1") if isinstance(host, bytes) else host
        if self.offline and isinstance(text, str) and not (text in LOCAL or text.startswith("127.")):
            raise OSError(101, f"Network is unreachable (carbon-emulator exec --offline): {text}")


redirect = Redirect(os.environ.get("CARBON_EXEC_REDIRECT", ""))


def hook_socket(socket):
    """Redirect name lookups and connections of the module ``socket``."""
    getaddrinfo, gethostbyname = socket.getaddrinfo, socket.gethostbyname
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def look_up(host, port, family=0, type=0, proto=0, flags=0):
        if not redirect.leads_here(host):
            redirect.check(host)
            return getaddrinfo(host, port, family, type, proto, flags)
        if family not in (0, socket.AF_INET):
            raise socket.gaierror(socket.EAI_NONAME, "the emulator has no IPv6 address")
        return getaddrinfo(PLACEHOLDER, port, socket.AF_INET, type, proto)

    def look_up_name(host):
        return PLACEHOLDER if redirect.is_vendor(host) else gethostbyname(host)

    def target(address):
        if not isinstance(address, tuple) or len(address) < 2:
            return address  # of another family, such as a path
        host, port = redirect.address(*address[:2])
        redirect.check(host)
        return (host, port, *address[2:])

    socket.getaddrinfo, socket.gethostbyname = look_up, look_up_name
    socket.socket.connect = lambda self, address: connect(self, target(address))
    socket.socket.connect_ex = lambda self, address: connect_ex(self, target(address))


def hook_uvloop(uvloop):
    """Redirect the lookups and connections that uvloop makes in C."""
    loop = uvloop.Loop
    getaddrinfo, create_connection, sock_connect = loop.getaddrinfo, loop.create_connection, loop.sock_connect

    async def look_up(self, host, port, **options):
        if redirect.leads_here(host):
            host, options["family"] = PLACEHOLDER, 2
        return await getaddrinfo(self, host, port, **options)

    async def open_connection(self, protocol_factory, host=None, port=None, **options):
        if redirect.is_vendor(host) and options.get("ssl") and not options.get("server_hostname"):
            options["server_hostname"] = host
        if host is not None:
            host, port = redirect.address(host, port)
            redirect.check(host)
        return await create_connection(self, protocol_factory, host, port, **options)

    async def connect(self, sock, address):
        return await sock_connect(self, sock, redirect.address(*address[:2]) if type(address) is tuple else address)

    loop.getaddrinfo, loop.create_connection, loop.sock_connect = look_up, open_connection, connect


def hook_aiohttp(resolver):
    """Redirect the lookups that aiohttp makes with aiodns, which asks name servers itself."""
    resolve = resolver.AsyncResolver.resolve

    async def look_up(self, host, port=0, *options, **named):
        if not redirect.leads_here(host):
            return await resolve(self, host, port, *options, **named)
        return [{"hostname": host, "host": PLACEHOLDER, "port": port, "family": 2, "proto": 0, "flags": 0}]

    resolver.AsyncResolver.resolve = look_up


def hook_certifi(certifi):
    """Let certifi's bundle have the root in it: clients load that without asking for ``SSL_CERT_FILE``."""
    path = os.environ.get("SSL_CERT_FILE")
    if path:
        certifi.where = certifi.core.where = lambda: path


class Hooks:
    """A finder on ``sys.meta_path`` that changes modules once they are imported."""

    def __init__(self, hooks):
        self.hooks = hooks

    def find_spec(self, name, path=None, target=None):
        if name not in self.hooks:
            return None
        hook = self.hooks.pop(name)
        from importlib.util import find_spec

        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                hook(module)

            spec.loader.exec_module = exec_module
        return spec


def chain():
    """Run the ``sitecustomize`` that this one hides, as Python would have."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    own = os.path.dirname(os.path.abspath(__file__))
    spec = PathFinder.find_spec("sitecustomize", [path for path in sys.path if os.path.abspath(path) != own])
    if spec is not None and spec.loader is not None:
        module = sys.modules["sitecustomize"] = module_from_spec(spec)
        spec.loader.exec_module(module)


if "CARBON_EXEC_REDIRECT" in os.environ:
    HOOKS = {"certifi": hook_certifi}
    if redirect.hosts:
        HOOKS.update({"socket": hook_socket, "uvloop": hook_uvloop, "aiohttp.resolver": hook_aiohttp})
    for name in [name for name in HOOKS if name in sys.modules]:
        HOOKS.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, Hooks(HOOKS))
chain()
