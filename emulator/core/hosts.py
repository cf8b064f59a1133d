"""Which names are addresses, and which of them lead no further than this machine."""

from ipaddress import ip_address


def is_address(host: str) -> bool:
    """Whether a host is an IP address, and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine can be reached there, and only this machine reaches it."""
    return ip_address(host).is_loopback if is_address(host) else host == "localhost"
