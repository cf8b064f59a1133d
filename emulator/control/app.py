"""The control API's route table, its envelope, and its token."""

from hmac import compare_digest

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from emulator.control import ledger, memory, requests, server, webhooks, world
from emulator.core.clock import Backwards
from emulator.core.errors import Malformed
from emulator.space.snapshot import BadSnapshot
from emulator.web.replies import reply
from emulator.web.route_table import RouteTable, allowed_methods

routes = [
    Route("/health", server.get_health, methods=["GET"]),
    Route("/providers", server.list_providers, methods=["GET"]),
    Route("/providers/{provider}", server.get_provider, methods=["GET"]),
    Route("/contracts/control.json", server.get_own_contract, methods=["GET"]),
    Route("/contracts/{provider}.json", server.get_contract, methods=["GET"]),
    Route("/evidence", server.get_evidence, methods=["GET"]),
    Route("/spaces", server.list_spaces, methods=["GET"]),
    Route("/spaces/{name}", server.delete_space, methods=["DELETE"]),
    Route("/state/{provider}", memory.get_state, methods=["GET"]),
    Route("/settings/{provider}", memory.get_settings, methods=["GET"]),
    Route("/settings/{provider}", memory.patch_settings, methods=["PATCH"]),
    Route("/snapshot", memory.get_snapshot, methods=["GET"]),
    Route("/snapshot", memory.put_snapshot, methods=["PUT"]),
    Route("/snapshots", memory.list_snapshots, methods=["GET"]),
    Route("/snapshots/{name}", memory.keep_snapshot, methods=["POST"]),
    Route("/snapshots/{name}", memory.delete_snapshot, methods=["DELETE"]),
    Route("/snapshots/{name}/restore", memory.restore_snapshot, methods=["POST"]),
    Route("/bundle", memory.get_bundle, methods=["GET"]),
    Route("/ledger", ledger.get_ledger, methods=["GET"]),
    Route("/ledger/verify", ledger.verify_ledger, methods=["GET"]),
    Route("/requests", requests.list_requests, methods=["GET"]),
    Route("/requests", requests.delete_requests, methods=["DELETE"]),
    Route("/requests/wait", requests.wait_for_requests, methods=["GET"]),
    Route("/reset", world.reset, methods=["POST"]),
    Route("/clock", world.get_clock, methods=["GET"]),
    Route("/clock", world.set_clock, methods=["PUT"]),
    Route("/clock/advance", world.advance_clock, methods=["POST"]),
    Route("/acts", world.list_acts, methods=["GET"]),
    Route("/acts/{provider}/{act}", world.perform_act, methods=["POST"]),
    Route("/faults", world.list_faults, methods=["GET"]),
    Route("/faults", world.add_fault, methods=["POST"]),
    Route("/faults", world.delete_faults, methods=["DELETE"]),
    Route("/faults/{id}", world.delete_fault, methods=["DELETE"]),
    Route("/webhooks", webhooks.list_webhooks, methods=["GET"]),
    Route("/webhooks", webhooks.patch_webhooks, methods=["PATCH"]),
    Route("/webhooks/step", webhooks.step_webhooks, methods=["POST"]),
    Route("/webhooks/deliver", webhooks.deliver_webhooks, methods=["POST"]),
    Route("/webhooks/reorder", webhooks.reorder_webhooks, methods=["POST"]),
    Route("/webhooks/{id}", webhooks.get_webhook, methods=["GET"]),
    Route("/webhooks/{id}/redeliver", webhooks.redeliver_webhook, methods=["POST"]),
    Route("/webhooks/{id}/duplicate", webhooks.duplicate_webhook, methods=["POST"]),
]

router = RouteTable(routes)


class Control:
    """The control API as an ASGI app. With a token, only who sends ``Authorization: Bearer TOKEN`` may use it."""

    def __init__(self, token: str | None = None) -> None:
        self.token = token
        handlers = {HTTPException: _refuse, Malformed: _malformed, Backwards: _backwards, BadSnapshot: _bad_snapshot}
        self.app = Starlette(exception_handlers=handlers)
        self.app.router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/health" or self._authorized(Request(scope)):
            await self.app(scope, receive, send)
        else:
            answer = _error(401, "the control API of this server asks for its token: Authorization: Bearer TOKEN")
            answer.headers["WWW-Authenticate"] = "Bearer"
            await answer(scope, receive, send)

    def _authorized(self, request: Request) -> bool:
        if self.token is None:
            return True
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and compare_digest(token.encode(), self.token.encode())


def _error(status: int, error: str, **facts: object) -> Response:
    return reply({"error": error, **facts}, status)


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = _error(error.status_code, error.detail)
    if error.status_code == 405:
        answer.headers["Allow"] = ", ".join(allowed_methods(router, request.scope))
    return answer


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, Malformed)
    problems = [{"place": list(problem.place), "problem": problem.message} for problem in error.problems]
    return _error(400, "the request does not say what it must", problems=problems)


async def _backwards(request: Request, error: Exception) -> Response:
    assert isinstance(error, Backwards)
    return _error(409, f"{error}; reset the space to begin at an earlier time")


async def _bad_snapshot(request: Request, error: Exception) -> Response:
    return _error(400, f"{error}; the space is as it was")
