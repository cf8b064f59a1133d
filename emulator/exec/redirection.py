"""The settings of a redirected command: the address of the emulator, and the hosts that it serves."""

from collections.abc import Sequence
from pathlib import Path

from emulator.core.struct import Struct
from emulator.proxy.routes import Address, Exemptions

HOOKS = Path(__file__).parent / "hooks"

HOOK_VARIABLE = "CARBON_EXEC_REDIRECT"
"""The variable with the settings of the hooks inside a client."""


class Redirection(Struct, frozen=True):
    """Where a command's requests are answered.

    ``secure`` takes TLS connections for the vendors' ``hosts``, ``plain`` plain ones and requests to a proxy. ``url``
    is the server's, for the control API. ``exemptions`` are the hosts for which the user wants no proxy.
    """

    hosts: Sequence[str]
    secure: Address
    plain: Address
    url: str
    space: str
    offline: bool
    exemptions: Exemptions

    @property
    def proxy_url(self) -> str:
        return f"http://{self.plain[0]}:{self.plain[1]}"

    def for_hooks(self, isolated: bool = False) -> str:
        """Return what the hooks read: both ports on 127.0.0.1, whether other hosts are refused, and the hosts.

        In an isolated network, where names lead to the emulator by themselves, no hosts are redirected.
        """
        mode = "offline" if self.offline and not isolated else "online"
        return f"{self.secure[1]} {self.plain[1]} {mode} {'' if isolated else ','.join(self.hosts)}"
