"""Host names and addresses."""

import re
from ipaddress import ip_address

AUTHORITY = re.compile(r"([a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
"""A Host header that can be a part of a URL: a name or an address, and perhaps a port."""


def host_name(header: str) -> str:
    """Return the name or address in a Host header: in lower case, without a port, brackets, and a name's final dot."""
    header = header.lower()
    if header.startswith("["):
        return header[: header.rfind("]") + 1].strip("[]")
    host = header.partition(":")[0]
    name = host.removesuffix(".")
    return host if is_address(name) else name


def is_address(host: str) -> bool:
    """Return whether a host is an IP address rather than a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine's loopback interface."""
    return ip_address(host).is_loopback if is_address(host) else host == "localhost"


def origin(scheme: str, header: str | None) -> str | None:
    """Return the origin that a Host header names, as a URL without a path; None if it names none."""
    return f"{scheme}://{header}" if header and AUTHORITY.fullmatch(header) else None
