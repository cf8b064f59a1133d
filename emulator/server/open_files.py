"""How many files a process may have open, and how they are shared out between clients, other workers and the rest."""

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

CONNECTIONS_MAX = 4096

CHANNELS_MAX = 1024
"""How many channels a worker opens to all others together, and how many they open to it.

Most are open for milliseconds. Those of delayed requests and event streams are open for longer.
"""

CHANNELS_PART = 8
"""If fewer files may be open, channels get an eighth of them in each direction."""

OTHERS_MAX = 128
"""Open files that are neither connections nor channels: listening sockets, inboxes, webhooks on their way, the log."""

FILES_MAX = CONNECTIONS_MAX + 2 * CHANNELS_MAX + OTHERS_MAX


def allow_open_files() -> None:
    """Raise the soft limit of open files, 1,024 by default on many systems, as far as a server needs it."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_MAX if hard == resource.RLIM_INFINITY else min(FILES_MAX, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connections_max(channels: int = 0) -> int:
    """Return how many connections there may be beside so many channels in each direction."""
    return max(1, min(CONNECTIONS_MAX, _files_max() - 2 * channels - OTHERS_MAX))


def channels_max() -> int:
    """Return how many channels there may be in each direction."""
    return min(CHANNELS_MAX, _files_max() // CHANNELS_PART)


def _files_max() -> int:
    """Return how many files the system lets this process open, or as many as it needs."""
    if resource is None:
        return FILES_MAX
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return FILES_MAX if soft == resource.RLIM_INFINITY else soft
