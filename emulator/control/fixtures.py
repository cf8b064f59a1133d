"""The JSON Schema of the fixtures, for editors."""

from starlette.responses import Response

from emulator.control.request import ControlRequest
from emulator.space import fixture_files


def get_fixture_schema(request: ControlRequest) -> Response:
    return Response(fixture_files.schema(request.provider.name), media_type="application/json")
