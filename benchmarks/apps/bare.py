"""Starlette and pydantic alone."""

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from benchmarks.apps.records import KEY, Making, first, make


async def capture_carbon(request: Request) -> Response:
    if request.headers.get("x-api-key") != KEY:
        return JSONResponse({"message": "API Key does not exist"}, 401)
    try:
        making = Making.model_validate_json(await request.body())
    except ValidationError as error:
        return JSONResponse({"message": str(error)}, 400)
    return Response(make(making).model_dump_json(exclude_none=True), media_type="application/json")


async def list_records(request: Request) -> Response:
    if request.headers.get("x-api-key") != KEY:
        return JSONResponse({"message": "API Key does not exist"}, 401)
    listed = first(int(request.query_params.get("limit", "10")))
    return Response(listed.model_dump_json(), media_type="application/json")


app = Starlette(
    routes=[
        Route("/oneclickimpact/v1/capture_carbon", capture_carbon, methods=["POST"]),
        Route("/oneclickimpact/v1/records", list_records, methods=["GET"]),
    ]
)
