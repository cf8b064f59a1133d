"""Files that the vendor reads by itself, and files of transport routes and of freight."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import INDUSTRIES, KEY, LAST_MILE, LOGISTICS, created, identity, problems
from tests.support.caller import Caller
from tests.support.drafts import BOUNDARY, form

URLS = "/v1/files/presigned-urls"
UPDATE = "/v1/files/batch-update"
ROUTES = "/v1/transports/upload"
PROJECT = "550e8400-e29b-41d4-a716-446655440000"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
FILE = {"name": "electricity-january", "extension": "pdf", "mime_type": "application/pdf", "size_kb": 120}


def post_form(dcycle: Caller, path: str, body: bytes) -> Any:
    return dcycle.request(
        "POST", path, content=body, headers={"Content-Type": f'multipart/form-data; boundary="{BOUNDARY}"'}
    )


def number_of_files(dcycle: Caller) -> int:
    shown: int = dcycle.get("/v1/projects/extended").json()[0]["extended"]["number_of_files"]
    return shown


@pytest.mark.rule("dcycle.files.create", "dcycle.files.confirm", "dcycle.files.unread", "dcycle.uploads.address")
def test_files_are_uploaded_in_three_steps(dcycle: Caller) -> None:
    """Each file gets an address, is put there, and is then confirmed, for a project or for none."""
    before = number_of_files(dcycle)
    files = created(dcycle, URLS, [FILE, {**FILE, "folder_id": UNKNOWN}], 200)  # type: ignore[arg-type]
    for file in files:
        assert (file["status"], file["url"]) == ("pending", f"{dcycle.space.url}/dcycle/uploads/{file['id']}")
        reply = dcycle.space.http.put(file["presigned_url"], content=b"\x00\xff")
        assert (reply.status_code, reply.content) == (200, b"")
    ids = [file["id"] for file in files]
    for confirmed in (dcycle.request("PATCH", UPDATE, json={"file_ids": ids, "status": "uploaded"}).json(),):
        assert [(file["id"], file["status"]) for file in confirmed] == [(id, "uploaded") for id in ids]
    assert number_of_files(dcycle) == before
    change = {"file_ids": [ids[0], ids[0]], "status": "error", "project_id": PROJECT}
    (changed,) = dcycle.request("PATCH", UPDATE, json=change).json()
    assert changed == {"id": ids[0], "status": "error", "url": files[0]["url"]}
    assert number_of_files(dcycle) == before + 1


@pytest.mark.rule("dcycle.files.confirm")
def test_files_of_subsidiaries_count_in_a_project(dcycle: Caller) -> None:
    """A project counts the files of every organization that sees it, and each of them is shown the same number."""
    before = number_of_files(dcycle)
    clients = [dcycle.identified(identity(KEY, organization)) for organization in (INDUSTRIES, LOGISTICS, LAST_MILE)]
    for number, client in enumerate(clients, start=1):
        (file,) = created(client, URLS, [FILE], 200)  # type: ignore[arg-type]
        change = {"file_ids": [file["id"]], "status": "uploaded", "project_id": PROJECT}
        assert client.request("PATCH", UPDATE, json=change).status_code == 200
        assert [number_of_files(each) for each in clients] == [before + number] * 3


@pytest.mark.rule("dcycle.files.confirmed")
@pytest.mark.parametrize("change", [{"file_ids": [UNKNOWN]}, {"project_id": UNKNOWN}])
def test_unknown_files_and_projects_are_not_found(dcycle: Caller, change: dict[str, object]) -> None:
    """If a file or the project is unknown, no file changes."""
    (file,) = created(dcycle, URLS, [FILE], 200)  # type: ignore[arg-type]
    ids = [file["id"], *change.get("file_ids", [])]  # type: ignore[misc]
    reply = dcycle.request("PATCH", UPDATE, json={"status": "uploaded", **change, "file_ids": ids})
    assert reply.status_code == 404
    files = dcycle.space.snapshot()["memory"]["dcycle"]["files"]
    assert files[file["id"]]["status"] == "pending"


@pytest.mark.parametrize(
    ("body", "kind", "place"),
    [
        ([], "too_short", ["body"]),
        ({}, "list_type", ["body"]),
        ([{**FILE, "size_kb": 1.5}], "int_type", ["body", 0, "size_kb"]),
        ([FILE, {**FILE, "name": ""}], "string_too_short", ["body", 1, "name"]),
    ],
)
def test_a_list_of_files_is_refused(dcycle: Caller, body: object, kind: str, place: list[object]) -> None:
    """The body is a list of at least one file; a problem names the item."""
    assert problems(dcycle.post(URLS, body)) == [(kind, place)]  # type: ignore[arg-type]


@pytest.mark.rule("dcycle.files.form")
def test_a_file_comes_as_a_form(dcycle: Caller) -> None:
    """A form with a file becomes an uploaded file; anything else lacks the field."""
    shown = post_form(dcycle, "/v1/files/upload", form({"file": "a,b"})).json()
    assert (list(shown), shown["status"]) == (["id", "status", "url"], "uploaded")
    memory = dcycle.space.snapshot()["memory"]["dcycle"]["files"][shown["id"]]["terms"]
    assert memory == {**memory, "name": "sample", "extension": "csv", "mime_type": "text/csv", "size_kb": 1}
    for reply in (post_form(dcycle, "/v1/files/upload", b"--x"), dcycle.post("/v1/files/upload", {"file": "x"})):
        assert problems(reply) == [("missing", ["body", "file"])]


@pytest.mark.rule("dcycle.uploads.transports", "dcycle.uploads.no-columns")
def test_files_of_transport_routes_are_received(dcycle: Caller) -> None:
    """A file is received as a form or at an address; its rows become no route, since no page prints their columns."""
    before = dcycle.get("/v1/transports").json()["total"]
    reply = post_form(dcycle, ROUTES, form({"transport_direction": "upstream", "upload_file": "name\nSteel"})).json()
    assert (list(reply), reply["message"]) == (["message", "file_id"], "Transport route file uploaded")
    draft = {"file_name": "q1_transport_routes.xlsx", "transport_direction": "downstream"}
    address = created(dcycle, f"{ROUTES}/presigned-url", draft, 200)
    assert (address["file_name"], address["destination_file_key"].split("/")[1]) == (
        "q1_transport_routes",
        "transport-and-distribution-downstream",
    )
    assert dcycle.space.http.put(address["upload_url"], content=b"x").status_code == 200
    assert dcycle.get("/v1/transports", params={"file_id": address["file_id"]}).json()["total"] == 0
    assert dcycle.get("/v1/transports").json()["total"] == before


@pytest.mark.rule("dcycle.uploads.transports")
def test_files_of_transport_routes_are_spreadsheets(dcycle: Caller) -> None:
    """A file of another type, and one without a direction, are refused."""
    draft = {"file_name": "routes.pdf", "transport_direction": "downstream"}
    assert problems(dcycle.post(f"{ROUTES}/presigned-url", draft)) == [
        ("string_pattern_mismatch", ["body", "file_name"])
    ]
    body = form({"transport_direction": "upstream", "upload_file": "x"}).replace(b"sample.csv", b"sample.pdf")
    assert problems(post_form(dcycle, ROUTES, body)) == [("string_pattern_mismatch", ["body", "upload_file"])]
    assert problems(post_form(dcycle, ROUTES, form({"upload_file": "x"}))) == [
        ("missing", ["body", "transport_direction"])
    ]


@pytest.mark.parametrize("path", ["/v1/files/upload", ROUTES, "/v2/imports/sessions"])
def test_a_text_is_not_a_file(dcycle: Caller, path: str) -> None:
    """A text in the place of a file is refused as FastAPI refuses it, without a name of the emulator's own."""
    name = "file" if path == "/v1/files/upload" else "upload_file"
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\na,b\r\n--{BOUNDARY}--\r\n'
    found = {"type": "value_error", "loc": ["body", name], "input": "a,b", "ctx": {"error": {}}}
    found["msg"] = "Value error, Expected UploadFile, received: <class 'str'>"
    assert found in post_form(dcycle, path, part.encode()).json()["detail"]


@pytest.mark.rule("dcycle.uploads.logistics", "dcycle.uploads.no-columns", "dcycle.uploads.address")
def test_files_of_freight_are_received(dcycle: Caller) -> None:
    """The file of legs gets an address, and so does that of recharges if it is named."""
    path, legs = "/api/v1/logistics/presigned_url", dcycle.get("/v1/logistics/requests").json()["total"]
    assert list(created(dcycle, path, {"requests_file_name": "a.csv"}, 200)) == ["requests"]
    both = created(dcycle, path, {"requests_file_name": "a.csv", "recharges_file_name": "b.csv"}, 200)
    for part in (both["requests"], both["recharges"]):
        assert part["expires_at"] == "2026-01-01T01:00:00Z"
        assert dcycle.space.http.put(part["upload_url"], content=b"a,b\n1,2").status_code == 200
    assert dcycle.get("/v1/logistics/requests").json()["total"] == legs
    assert problems(dcycle.post(path, {})) == [("missing", ["body", "requests_file_name"])]
