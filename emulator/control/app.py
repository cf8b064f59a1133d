"""The control API's route table, its error envelope, and its token."""

from collections.abc import Awaitable, Callable
from hmac import compare_digest
from http import HTTPStatus
from inspect import isawaitable, iscoroutinefunction
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

from emulator.control import (
    acts,
    bundle,
    clock,
    contracts,
    emissions,
    events,
    evidence,
    faults,
    fixtures,
    health,
    ledger,
    providers,
    requests,
    scenarios,
    settings,
    snapshots,
    spaces,
    state,
    webhooks,
)
from emulator.control.request import SAFE_METHODS, ControlRequest
from emulator.core.clock import Backwards
from emulator.core.errors import Malformed
from emulator.gateway.courier import Courier
from emulator.pages import PREFIX as PAGES
from emulator.space.snapshot import BadSnapshot
from emulator.space.spaces import Spaces, TooManySpaces
from emulator.web.headers import Headers
from emulator.web.reading import bearer_token
from emulator.web.replies import reply
from emulator.web.route import Route
from emulator.web.route_table import RouteTable

WHERE_IT_IS = "the server prints it at start, and --control-token or CARBON_EMULATOR_CONTROL_TOKEN sets it"
ROUTES = RouteTable(
    [
        Route("/health", health.get_health, methods=["GET"]),
        Route("/providers", providers.list_providers, methods=["GET"]),
        Route("/providers/{provider}", providers.get_provider, methods=["GET"]),
        Route("/contracts/control.json", contracts.get_own_contract, methods=["GET"]),
        Route("/contracts/{provider}.json", contracts.get_contract, methods=["GET"]),
        Route("/fixtures/{provider}.schema.json", fixtures.get_fixture_schema, methods=["GET"]),
        Route("/evidence", evidence.get_evidence, methods=["GET"]),
        Route("/spaces", spaces.list_spaces, methods=["GET"]),
        Route("/spaces/{name}", spaces.delete_space, methods=["DELETE"]),
        Route("/scenarios", scenarios.list_scenarios, methods=["GET"]),
        Route("/scenarios/{name}", scenarios.play_scenario, methods=["POST"]),
        Route("/story", scenarios.get_story, methods=["GET"]),
        Route("/story/continue", scenarios.continue_story, methods=["POST"]),
        Route("/reset", spaces.reset, methods=["POST"]),
        Route("/state/{provider}", state.get_state, methods=["GET"]),
        Route("/settings/{provider}", settings.get_settings, methods=["GET"]),
        Route("/settings/{provider}", settings.patch_settings, methods=["PATCH"]),
        Route("/snapshot", snapshots.get_snapshot, methods=["GET"]),
        Route("/snapshot", snapshots.put_snapshot, methods=["PUT"]),
        Route("/snapshots", snapshots.list_snapshots, methods=["GET"]),
        Route("/snapshots/{name}", snapshots.keep_snapshot, methods=["POST"]),
        Route("/snapshots/{name}", snapshots.delete_snapshot, methods=["DELETE"]),
        Route("/snapshots/{name}/restore", snapshots.restore_snapshot, methods=["POST"]),
        Route("/bundle", bundle.get_bundle, methods=["GET"]),
        Route("/ledger", ledger.get_ledger, methods=["GET"]),
        Route("/ledger/flows", ledger.list_flows, methods=["GET"]),
        Route("/ledger/verify", ledger.verify_ledger, methods=["GET"]),
        Route("/emissions", emissions.list_emissions, methods=["GET"]),
        Route("/requests", requests.list_requests, methods=["GET"]),
        Route("/requests", requests.delete_requests, methods=["DELETE"]),
        Route("/requests/wait", requests.wait_for_requests, methods=["GET"]),
        Route("/requests/{id}/replay", requests.replay_request, methods=["POST"]),
        Route("/events", events.follow_events, methods=["GET"]),
        Route("/clock", clock.get_clock, methods=["GET"]),
        Route("/clock", clock.set_clock, methods=["PUT"]),
        Route("/clock/upcoming", clock.list_upcoming, methods=["GET"]),
        Route("/clock/advance", clock.advance_clock, methods=["POST"]),
        Route("/acts", acts.list_acts, methods=["GET"]),
        Route("/acts/{provider}/{act}", acts.perform_act, methods=["POST"]),
        Route("/faults", faults.list_faults, methods=["GET"]),
        Route("/faults", faults.add_fault, methods=["POST"]),
        Route("/faults", faults.delete_faults, methods=["DELETE"]),
        Route("/faults/{id}", faults.delete_fault, methods=["DELETE"]),
        Route("/webhooks", webhooks.list_webhooks, methods=["GET"]),
        Route("/webhooks", webhooks.patch_webhooks, methods=["PATCH"]),
        Route("/webhooks/next", webhooks.get_next_attempt, methods=["GET"]),
        Route("/webhooks/step", webhooks.step_webhooks, methods=["POST"]),
        Route("/webhooks/deliver", webhooks.deliver_webhooks, methods=["POST"]),
        Route("/webhooks/reorder", webhooks.reorder_webhooks, methods=["POST"]),
        Route("/webhooks/{id}", webhooks.get_webhook, methods=["GET"]),
        Route("/webhooks/{id}/attempts", webhooks.record_attempt, methods=["POST"]),
        Route("/webhooks/{id}/redeliver", webhooks.redeliver_webhook, methods=["POST"]),
        Route("/webhooks/{id}/duplicate", webhooks.duplicate_webhook, methods=["POST"]),
    ]
)

WITH_QUERY = frozenset(
    {
        clock.list_upcoming,
        events.follow_events,
        evidence.get_evidence,
        ledger.get_ledger,
        ledger.list_flows,
        requests.list_requests,
        requests.wait_for_requests,
        state.get_state,
        webhooks.list_webhooks,
        health.get_health,  # whatever checks whether a server is up may add something to its URL
    }
)
"""The endpoints that read a query. Elsewhere, a query is a mistake: ``POST /reset?seed=3`` would have no effect."""


class Control:
    """The control API. With a token, only requests with ``Authorization: Bearer TOKEN`` may use it, except health."""

    def __init__(self, spaces: Spaces, courier: Courier, token: str | None = None) -> None:
        self.spaces = spaces
        self.courier = courier
        self.token = token

    async def answer(
        self, scope: Scope, headers: Headers, body: bytes, space_name: str, prefix: str, receive: Receive
    ) -> Response:
        """Return the reply to a request whose body has been read, for the space that its path names.

        Raises ClientGone when the client disconnects while the request waits.
        """
        request = self._request(scope, headers, body, space_name, prefix, receive)
        if scope["path"].startswith(PAGES):
            return _page(request)  # for customers, who have no token
        try:
            self._authorize(request)
            result: Response | Awaitable[Response] = _endpoint(request.scope)(request)
            response = await result if isawaitable(result) else result
            request.keep_space()
            return response
        except ERRORS as error:
            return _worded(request, error)

    # --- commands, where they are stored before they are applied

    def command_space(self, scope: Scope, headers: Headers, space_name: str) -> str | None:
        """Return the space that a request changes, in whose history it is recorded; None if it changes none.

        Requests that wait change none: each attempt of a delivery, and each request that is sent again, is a separate
        entry. Requests that will be refused for their route or token change none either.
        """
        if scope["method"] in SAFE_METHODS:
            return None
        if scope["path"].startswith(PAGES):
            return space_name
        request = self._request(scope, headers, b"", space_name, "", _never)
        try:
            self._authorize(request)
            endpoint = _endpoint(scope)
        except HTTPException:
            return None
        if iscoroutinefunction(endpoint):
            return None
        return request.path_params["name"] if endpoint is spaces.delete_space else space_name

    def on(self, spaces: Spaces) -> "Control":
        """Return the control API of other spaces."""
        return Control(spaces, self.courier, self.token)

    def apply(self, scope: Scope, body: bytes, space_name: str, prefix: str) -> Response:
        """Return the reply to a command that was authorized before, without waiting."""
        request = self._request(scope, Headers(scope["headers"]), body, space_name, prefix, _never)
        if scope["path"].startswith(PAGES):
            return _page(request)
        try:
            response: Response = _endpoint(request.scope)(request)
            request.keep_space()
            return response
        except ERRORS as error:
            return _worded(request, error)

    def _request(
        self, scope: Scope, headers: Headers, body: bytes, space_name: str, prefix: str, receive: Receive
    ) -> ControlRequest:
        names: Any = {"space_name": space_name, "prefix": prefix}
        server: Any = {"spaces": self.spaces, "courier": self.courier, "receive": receive}
        return ControlRequest(scope, headers, body, **names, **server)

    def _authorize(self, request: ControlRequest) -> None:
        if self.token is None or request.scope["path"] == "/health":
            return
        given = bearer_token(request)
        if not compare_digest((given or "").encode(), self.token.encode()):
            requires = "the control API of this server requires its token: Authorization: Bearer TOKEN"
            wrong = f"{requires}; the one given is another" if given else requires
            raise HTTPException(401, f"{wrong}; {WHERE_IT_IS}", {"WWW-Authenticate": "Bearer"})


def _endpoint(scope: Scope) -> Callable[[ControlRequest], Any]:
    """Return the endpoint of a request. Raises HTTPException: 404, 405, or 400 for a query that it would ignore."""
    endpoint = ROUTES.endpoint(scope)
    if scope["query_string"] and endpoint not in WITH_QUERY:
        raise HTTPException(400, f"{scope['method']} {scope['path']} has no query parameters")
    return endpoint


ERRORS = (HTTPException, Malformed, Backwards, BadSnapshot, TooManySpaces)


def _page(request: ControlRequest) -> Response:
    from emulator.pages.app import answer  # the first page loads the vendors that have pages

    return answer(request, request.space, request.prefix)


def _worded(request: ControlRequest, error: Exception) -> Response:
    """Return the reply to a request that raised one of ERRORS."""
    match error:
        case HTTPException():
            return _error(error.status_code, _detail(request, error), _headers(request, error))
        case Malformed():
            problems = [{"place": list(problem.place), "problem": problem.message} for problem in error.problems]
            return _error(400, "the request is invalid", problems=problems)
        case Backwards():
            return _error(409, f"{error}; reset the space to begin at an earlier time")
        case BadSnapshot():
            return _error(400, f"{error}; the space has not changed")
        case _:
            return _error(409, str(error))


async def _never() -> Message:
    """The channel of a request that does not wait."""
    raise RuntimeError("a command waits")


def _error(status: int, error: str, headers: dict[str, str] | None = None, **facts: Any) -> Response:
    return reply({"error": error, **facts}, status, headers)


def _detail(request: ControlRequest, error: HTTPException) -> str:
    """Return what is wrong; where no route matches, with the methods that the path has, or the nearest route."""
    if error.detail != HTTPStatus(error.status_code).phrase:
        return error.detail
    hint = ROUTES.hint(request, error)
    return f"{hint}; known: {_allowed(request)}" if error.status_code == 405 else hint


def _headers(request: ControlRequest, error: HTTPException) -> dict[str, str]:
    allow = {"Allow": _allowed(request)} if error.status_code == 405 else {}
    return {**(error.headers or {}), **allow}


def _allowed(request: ControlRequest) -> str:
    return ", ".join(ROUTES.allowed_methods(request.scope))
