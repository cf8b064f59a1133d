"""Host names and addresses."""

from ipaddress import ip_address


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
