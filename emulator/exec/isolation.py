"""An isolated network for a command: the vendors' names lead to the emulator, and nothing else can be reached."""

import ctypes
import fcntl
import os
import re
import socket
import struct
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from emulator.tls.trust import BUNDLES

ADDRESS = "192.0.2.1"
"""What the vendors' names resolve to: of a network for documentation (RFC 5737). With an address that is not a loopback
one, name lookups that depend on the machine being connected work, too."""

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8913, 0x8914, 0x8916, 0x891C
IFF_UP = 1

HOSTS, RESOLUTION = Path("/etc/hosts"), Path("/etc/nsswitch.conf")

SWITCHES = {
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": ("1", "kernel.apparmor_restrict_unprivileged_userns=0"),
    "/proc/sys/kernel/unprivileged_userns_clone": ("0", "kernel.unprivileged_userns_clone=1"),
    "/proc/sys/user/max_user_namespaces": ("0", "user.max_user_namespaces=10000"),
}
"""Settings that keep users from making namespaces, with the value that does, and what allows it."""


class CannotIsolate(Exception):
    """The system does not let this user make namespaces; the message says why, and what else works."""


def isolate() -> None:
    """Move this process, which must have one thread, into a network without any connection. Raises CannotIsolate.

    Users keep their id, and have no privileges when they run a command.
    """
    if sys.platform != "linux":
        raise CannotIsolate("only Linux has network namespaces; use --mode preload")
    libc = _libc()
    try:
        _unshare(libc)
        if libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) != 0:
            raise OSError(ctypes.get_errno(), "mount")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            _bring_up(control)
    except OSError as error:
        raise CannotIsolate(_reason(error)) from None


def can_isolate() -> bool:
    """Return whether this user can make namespaces: a child tries."""
    if sys.platform != "linux" or not Path("/proc/self/ns/net").exists():
        return False
    with warnings.catch_warnings(action="ignore"):  # this process may have threads, which the child does not need
        child = os.fork()
    if child == 0:
        try:
            isolate()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def resolve(hosts: Sequence[str], directory: Path) -> None:
    """Let the hosts resolve to ADDRESS, before any name server is asked. The directory holds the files."""
    lines = HOSTS.read_text().splitlines() if HOSTS.exists() else []
    kept = [line for line in lines if not set(line.partition("#")[0].split()[1:]) & set(hosts)]
    _replace(HOSTS, "\n".join([*kept, f"{ADDRESS} {' '.join(hosts)}", ""]), directory)
    if RESOLUTION.exists():
        _replace(RESOLUTION, re.sub(r"(?m)^hosts:.*$", "hosts: files", RESOLUTION.read_text()), directory)


def trust(bundle_pem: str, directory: Path) -> None:
    """Let the system's own bundle of certificates be this one."""
    for path in {Path(bundle).resolve() for bundle in BUNDLES if Path(bundle).is_file()}:
        _replace(path, bundle_pem, directory)


def _replace(path: Path, content: str, directory: Path) -> None:
    """Show other content at a path, for this process and its children only. Raises CannotIsolate."""
    file = directory / str(path).strip("/").replace("/", "-")
    file.write_text(content)
    if _libc().mount(bytes(file), bytes(path), None, MS_BIND, None) != 0:
        raise CannotIsolate(f"cannot replace {path}: {os.strerror(ctypes.get_errno())}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _unshare(libc: ctypes.CDLL) -> None:
    """Make the namespaces: root as it is, others with a namespace of users in which they have the right to."""
    user, group, flags = os.geteuid(), os.getegid(), CLONE_NEWNS | CLONE_NEWNET
    if user == 0 and libc.unshare(flags) == 0:
        return
    if libc.unshare(flags | CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _bring_up(control: socket.socket) -> None:
    """Start the loopback interface, and give it ADDRESS beside its own."""
    name = b"lo".ljust(16, b"\0")
    flags = struct.unpack_from("h", fcntl.ioctl(control, SIOCGIFFLAGS, name + bytes(24)), 16)[0]
    fcntl.ioctl(control, SIOCSIFFLAGS, name + struct.pack("h", flags | IFF_UP) + bytes(22))
    alias = b"lo:carbon".ljust(16, b"\0")
    for request, value in ((SIOCSIFADDR, ADDRESS), (SIOCSIFNETMASK, "255.255.255.255")):
        address = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(value))
        fcntl.ioctl(control, request, alias + address + bytes(8))


def _reason(error: OSError) -> str:
    settings = [wanted for path, (value, wanted) in SWITCHES.items() if _content(path) == value]
    allow = f"allow it with 'sysctl -w {' '.join(settings)}'" if settings and os.geteuid() else "run it as root"
    if os.geteuid() == 0:
        allow = "give this container the capability SYS_ADMIN"
    return f"this system lets this user make no network namespace ({error.strerror}); {allow}, or use --mode preload"


def _content(path: str) -> str | None:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return None
