"""One ``exec``, from the start of its servers to the end of its command."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from starlette.types import ASGIApp

from emulator.core.struct import Struct, replace
from emulator.exec import child, environment, isolation
from emulator.exec.outside import Outside
from emulator.exec.redirection import HOOK_VARIABLE
from emulator.exec.session import Plan, Ports, open_ports, serving
from emulator.gateway.gateway import Gateway
from emulator.proxy.routes import user_routes
from emulator.proxy.shared_server import SharedServer
from emulator.tls.authority import Authority
from emulator.tls.trust import bundle

Report = Callable[[str], None]


class Server(Struct, frozen=True):
    """What answers in place of the vendors: the emulator, or a shared server with its URL."""

    app: ASGIApp
    url: str | None = None


def default_mode(offline: bool) -> str:
    """Return the mode that redirects most clients; of those, offline, the one that no client can evade."""
    return "isolated" if offline and isolation.can_isolate() else "preload"


class Execution(Struct, frozen=True):
    """What is run, and how: ``user`` is the environment of the user."""

    authority: Authority
    server: Server
    space: str
    mode: str
    offline: bool
    user: Mapping[str, str]

    def run(self, command: Sequence[str], report: Report | None) -> int:
        """Run a command, and return its wait status. Raises CannotRun, CannotIsolate, ValueError."""
        reaches_others = self.mode != "isolated" and not self.offline
        upstreams, exemptions = user_routes(self.user if reaches_others else {})
        with ExitStack() as stack:
            held = stack.enter_context(child.signals_held())
            directory, cleaner = stack.enter_context(child.temporary_directory())
            ports, app = open_ports(), self.server.app
            if self.mode == "isolated":
                app = self._isolate(directory, stack)
                ports = ports.in_isolation()
            process = stack.enter_context(child.Child(cleaner, held))
            if isinstance(app, Gateway):
                app.spaces.server_url = ports.url  # for links in replies
            url = self.server.url if self.server.url and self.mode != "isolated" else ports.url
            plan = Plan(app, self.authority, url, self.space, self.offline, upstreams, exemptions)
            stack.enter_context(serving(plan, ports))
            if report:
                url = self.server.url or ports.url
                report(f"mode {self.mode}: {url}, space {self.space!r}, answers for the vendors")
            return process.run(command, self._environment(plan, ports, directory))

    def _isolate(self, directory: Path, stack: ExitStack) -> ASGIApp:
        """Move this process into its own network, and return what answers there. Raises CannotIsolate."""
        app = self.server.app
        if isinstance(app, SharedServer):
            outside = Outside(app.address)
            stack.callback(outside.close)
            app = replace(app, dial=outside.dial)
        isolation.isolate()
        isolation.resolve(self.authority.hosts, directory)
        isolation.trust(bundle(self.authority.root_pem), directory)
        return app

    def _environment(self, plan: Plan, ports: Ports, directory: Path) -> dict[str, str]:
        """Return the environment of the command."""
        redirection = plan.redirection(ports)
        changed = dict(self.user) | environment.trust_variables(self.user, self.authority, directory)
        changed |= environment.control_variables(redirection)
        changed.pop(HOOK_VARIABLE, None)  # of an exec around this one: without it, hooks do nothing
        if self.mode == "isolated":
            hooks = environment.python_variables(self.user, redirection, isolated=True)
            return environment.without_proxies(changed) | hooks
        changed |= environment.proxy_variables(changed, redirection)
        return changed | environment.hook_variables(self.user, redirection) if self.mode == "preload" else changed
