"""The gateway of a server that stores its spaces: append, commit, apply, answer."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from emulator.evidence import explanation
from emulator.gateway.courier import Courier
from emulator.gateway.destinations import Destination
from emulator.gateway.gateway import ControlApi, Gateway
from emulator.gateway.messages import send_reply
from emulator.gateway.turn import plain_answer
from emulator.log.application import Commands
from emulator.log.entries import Arrival, ControlCommand
from emulator.log.group_commit import READS
from emulator.log.log import LogFailure
from emulator.log.space_copy import SpaceCopy
from emulator.log.store import Store
from emulator.log.stored_writer import StoredWriter
from emulator.space.space import DEFAULT
from emulator.space.spaces import Spaces
from emulator.web.answer_now import Reply
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers
from emulator.web.provider import Provider
from emulator.web.provider_app import HINT
from emulator.web.replies import reply
from emulator.web.request import Request

RETRY_AFTER = "1"

COMMAND_HEADERS = frozenset({b"host", b"origin", b"sec-fetch-site"})
"""What a command needs of its headers. Its token is not stored."""


class StoredControl(Commands, Protocol):
    """The control API, as far as a server with stored spaces must distinguish commands from other requests."""

    def command_space(self, scope: Scope, headers: Headers, space_name: str) -> str | None:
        """Return the space in whose history a request belongs; None for one that changes none."""
        ...


class StoredGateway(Gateway):
    """A gateway whose spaces are in a store."""

    def __init__(
        self,
        spaces: Spaces,
        site: ControlApi,
        control: StoredControl,
        hosts: frozenset[str],
        vendor_hosts: Mapping[str, str],
        courier: Courier,
        store: Store,
        writer: StoredWriter,
    ) -> None:
        super().__init__(spaces, site, hosts, vendor_hosts, courier)
        self.commands = control
        self.store = store
        self.writer = writer

    def answer_now(self, scope: Scope, body: bytes) -> Reply | None:
        """Answer a request that changes nothing, if it can be answered at once; None for any other."""
        return super().answer_now(scope, body) if scope["method"] in READS else None

    def _at_once(
        self, destination: Destination, provider: Provider, scope: Scope, headers: Headers, body: bytes
    ) -> Exchange | None:
        return self._read(destination.space, provider, destination.below(scope, headers), headers, body)

    def _read(self, name: str, provider: Provider, scope: Scope, headers: Headers, body: bytes) -> Exchange | None:
        """Answer a request that changes nothing in a space that is in memory; None for another."""
        copy = self.store.copies.get(name)
        return self.store.commit.read(copy, provider, scope, headers, body) if copy else None

    async def _request(
        self,
        name: str,
        provider: Provider,
        scope: Scope,
        headers: Headers,
        body: bytes | None,
        receive: Receive,
        send: Send,
    ) -> None:
        exchange = None if body is None else self._read(name, provider, scope, headers, body)
        if exchange:
            return await send_reply(exchange, scope, send)
        await self._change(name, provider, Arrival(provider.name, scope, headers, body), receive, send)

    async def _change(self, name: str, provider: Provider, arrival: Arrival, receive: Receive, send: Send) -> None:
        """Answer a request that may change its space, or to a space that is not in memory."""
        scope, headers = arrival.scope, arrival.headers
        if self._creates(name):
            arrival.origin = self.spaces.origin(scope["scheme"], headers.get(b"host"))
        try:
            copy = self.store.copies.get(name) or await self.store.open(name)
            copy.users += 1
            try:
                exchange = self.store.commit.read(copy, provider, scope, headers, arrival.body)
                if exchange is None and self.spaces.find(name) is None:
                    exchange = await self._refusal(copy, arrival)
                exchange = exchange or await self.writer.change(copy, provider, arrival, receive)
            finally:
                self.store.leave(copy)
        except LogFailure as failure:
            return await self._unavailable(provider, arrival, failure)(scope, receive, send)
        await send_reply(exchange, scope, send)

    def _creates(self, name: str) -> bool:
        """Return whether a request may create its space."""
        return self.spaces.find(name) is None

    async def _refusal(self, copy: SpaceCopy, arrival: Arrival) -> Exchange | None:
        """Answer a request that is refused in a space that does not exist: it creates none, and is not stored."""
        if copy.name == DEFAULT or not await self._is_missing(copy):
            return None
        return self.store.trial.refused_request(
            copy.name, arrival, (arrival.scope["scheme"], arrival.headers.get(b"host"))
        )

    async def _is_missing(self, copy: SpaceCopy) -> bool:
        """Return whether a space does not exist, and nothing that waits can create it."""
        return self.spaces.find(copy.name) is None and copy.replica.changes == 0

    async def _command(
        self,
        name: str,
        prefix: str,
        scope: Scope,
        headers: Headers,
        body: bytes | None,
        receive: Receive,
        send: Send,
    ) -> None:
        target = None if body is None else self.commands.command_space(scope, headers, name)
        try:
            if target is not None and _deletes(target, scope):
                await self.store.refresh(target)
            if target is not None and body is not None and not self._deletes_nothing(target, scope):
                response = await self._stored_command(target, prefix, scope, headers, body)
                return await self._answer(response, name, send)
            if scope["path"] in ("/health", "/spaces"):
                if scope["path"] == "/spaces":
                    await self.store.refresh_all()
                return await super()._command(name, prefix, scope, headers, body, receive, send)
            copy = await self.store.open(name)
            copy.users += 1
            try:
                await self._prepare(copy)
                async with self._followed(copy):
                    await super()._command(name, prefix, scope, headers, body, receive, send)
            finally:
                self.store.leave(copy)
        except LogFailure as failure:
            await _refusal(failure)(scope, receive, send)

    async def _prepare(self, copy: SpaceCopy) -> None:
        """Bring a space to the present, before a request that changes nothing."""
        if space := self.spaces.find(copy.name):
            await self.writer.settle(space)

    def _followed(self, copy: SpaceCopy) -> AbstractAsyncContextManager[None]:  # noqa: ARG002
        """Keep a space at the present while a request is at work with it."""
        return nullcontext()

    def _deletes_nothing(self, target: str, scope: Scope) -> bool:
        return _deletes(target, scope) and not self.store.exists(target) and target not in self.store.stopped

    async def _stored_command(self, target: str, prefix: str, scope: Scope, headers: Headers, body: bytes) -> Response:
        """Store a command, apply it, and return its reply. A space that cannot be loaded can be reset or deleted."""
        path, method = scope["path"], scope["method"]
        if _deletes(target, scope) and await self.store.erase(target):
            return reply({"deleted": target})
        if target in self.store.stopped and path == "/reset":
            await self.store.erase(target)
        copy = await self.store.open(target)
        copy.users += 1
        try:
            origin = self.spaces.origin(scope["scheme"], headers.get(b"host"))
            needed = [(name, value) for name, value in headers.raw if name in COMMAND_HEADERS]
            command = ControlCommand(method, path, scope["query_string"], body, prefix, needed, origin)
            response: object = None
            if await self._is_missing(copy):
                response = self.store.trial.refused_command(target, command)
            response = response or await self.store.commit.write(copy, command)
        finally:
            self.store.leave(copy)
        await self.store.erase_deleted(copy)
        assert isinstance(response, Response)
        return response

    async def _answer(self, response: Response, name: str, send: Send) -> None:
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": response.body})
        if space := self.spaces.find(name):
            self.courier.look(space)

    def _unavailable(self, provider: Provider, arrival: Arrival, failure: LogFailure) -> Response:
        """Return 503 in the vendor's words: the request was not stored, and has changed nothing.

        It is the emulator's own refusal, and its rule says so.
        """
        now, body = self.store.time.read(), arrival.body or b""
        exchange = Exchange(0, provider.name, arrival.scope, arrival.headers, body, now)
        exchange.rule = f"{provider.name}.emulator.not-stored"
        request = Request(arrival.scope, exchange, arrival.headers, ())
        request.backend = self.spaces.world.initial_backends[provider.name]
        try:
            response = provider.render(request, provider.http_refusal(503, None))
        except HTTPException:
            response = plain_answer(503, str(failure))
        response.headers["Retry-After"] = RETRY_AFTER
        response.headers[HINT] = str(failure).encode("ascii", "replace").decode()
        if request.header(b"x-emulator-explain"):
            response.raw_headers.extend(explanation.headers(exchange))
        if arrival.scope["method"] == "HEAD":
            response.body = b""  # its headers are those of GET
        return response

    async def start(self) -> None:
        await self.store.start()
        await super().start()

    async def stop(self) -> None:
        await super().stop()
        await self.store.stop()


def _deletes(target: str, scope: Scope) -> bool:
    """Return whether a command deletes this space."""
    return bool(scope["method"] == "DELETE" and scope["path"] == f"/spaces/{target}")


def _refusal(failure: LogFailure) -> Response:
    """Return 503 of the control API."""
    return reply({"error": str(failure)}, 503, {"Retry-After": RETRY_AFTER})
