"""Imports: a table is uploaded, mapped, validated, corrected and submitted."""

from typing import Any

import httpx
import pytest

from emulator.providers.dcycle.backend.uploads import _rows
from emulator.providers.dcycle.wire.incoming.imports import COLUMNS_MAX, RECORDS_MAX, _parsed
from tests.providers.dcycle.conftest import LOGISTICS, created, problems, tonnes
from tests.support.caller import Caller

PATH = "/v2/imports"
PROJECT = "b7f2a1c3-4d5e-6f7a-8b9c-0d1e2f3a4b5c"
USER = "1f6f2c0e-8d5b-4a57-9a57-3f0d5a1c7b10"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
TABLE = """Km;LOAD;Vehicle;Load unit;Day
100;1000;van_diesel;kg;2025-05-05
;5;van_diesel;Tonnes;2025-05-05
200;1.5;no_such_van;kg;2025-05-32
"""
MAPPING = {
    "Km": "distance_km",
    "LOAD": "load",
    "Vehicle": "toc",
    "Load unit": "load_unit",
    "Day": "shipment_date",
}
TONNES = {"load_unit": {"Tonnes": "ton"}}
CORRECTIONS = [
    {"row_index": 1, "column": "distance_km", "value": 10},
    {"row_index": 2, "column": "toc", "value": "van_diesel"},
    {"row_index": 2, "column": "shipment_date", "value": "2025-05-05"},
]


def upload(dcycle: Caller, table: str = TABLE, name: str = "legs.csv", **fields: str) -> httpx.Response:
    form = {"template_id": "logistics_requests", **fields}
    return dcycle.request("POST", f"{PATH}/sessions", data=form, files={"upload_file": (name, table.encode())})


def started(dcycle: Caller, table: str = TABLE, **fields: str) -> str:
    reply = upload(dcycle, table, **fields)
    assert reply.status_code == 200, reply.text
    id: str = reply.json()["import_id"]
    return id


def validated(dcycle: Caller, id: str, query: str = "", **body: object) -> Any:
    return created(dcycle, f"{PATH}/{id}/validate{query}", {"mapping": MAPPING, "value_mappings": TONNES, **body}, 200)


def correct(dcycle: Caller, id: str, *corrections: object) -> httpx.Response:
    return dcycle.request("PATCH", f"{PATH}/{id}/rows", json={"corrections": corrections})


def status(dcycle: Caller, id: str) -> Any:
    return dcycle.get(f"{PATH}/{id}/status").json()


@pytest.mark.rule(
    "dcycle.imports.create",
    "dcycle.imports.template",
    "dcycle.imports.validate",
    "dcycle.imports.correct",
    "dcycle.imports.submit",
    "dcycle.imports.errors",
    "dcycle.imports.status",
)
def test_a_table_becomes_records(dcycle: Caller) -> None:
    """Rows with errors are corrected, and then each row becomes a leg of the project, with its emissions."""
    session = upload(dcycle, project_id=PROJECT).json()
    assert session["source_columns"] == list(MAPPING)
    assert (session["total_rows"], session["sample_rows"][0][:2]) == (3, ["100", "1000"])
    id = session["import_id"]

    found = validated(dcycle, id)
    assert (found["valid_rows"], found["error_rows"]) == (1, 2)
    assert found["errors_by_column"] == {"row": 1, "shipment_date": 1}
    assert [[*row["errors"]] for row in found["rows"]] == [[], ["row"], ["shipment_date"]]
    assert found["rows"][1]["data"]["load_unit"] == "ton"
    refused = dcycle.post(f"{PATH}/{id}/submit", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "IMPORT_HAS_ERRORS")
    assert tonnes(dcycle, "goods_shipped", "2025-05-05") == 0

    dcycle.space.restore(dcycle.space.snapshot())
    corrected = correct(dcycle, id, *CORRECTIONS).json()
    assert corrected["total_errors_remaining"] == 0
    assert [row["row_index"] for row in corrected["updated_rows"]] == [1, 2]
    submitted = dcycle.post(f"{PATH}/{id}/submit", {}).json()
    assert (submitted["status"], submitted["rows_submitted"]) == ("submitted", 3)
    assert status(dcycle, id) == {
        **status(dcycle, id),
        "status": "submitted",
        "valid_rows": 3,
        "error_rows": 0,
        "file_id": submitted["file_id"],
        "processing_job_id": submitted["processing_job_id"],
    }
    assert tonnes(dcycle, "goods_shipped", "2025-05-05") == pytest.approx(0.127 + 0.0635 + 0.000381)
    legs = dcycle.get("/v1/logistics/requests", params={"trip_date_from": "2025-05-05", "project_id": PROJECT}).json()
    assert legs["total"] == 3


@pytest.mark.rule("dcycle.imports.errors", "dcycle.imports.template")
def test_rows_with_errors_can_be_left_out(dcycle: Caller) -> None:
    """With ignore_errors the valid rows are submitted; a vehicle type that does not exist is an error, too."""
    id = started(dcycle, TABLE.replace("2025-05-32", "2025-05-05"))
    assert validated(dcycle, id)["errors_by_column"] == {"row": 1, "toc": 1}
    assert dcycle.post(f"{PATH}/{id}/submit", {"ignore_errors": True}).json()["rows_submitted"] == 1


@pytest.mark.rule("dcycle.imports.suggest", "dcycle.imports.map", "dcycle.imports.values")
def test_a_mapping_is_suggested_and_confirmed(dcycle: Caller) -> None:
    """Columns of the same name are suggested; a confirmed mapping is kept, that of other requests is not."""
    id = started(dcycle, TABLE.replace("Km", "distance KM"))
    found = created(dcycle, f"{PATH}/{id}/mapping/suggest", {}, 200)["suggestions"]
    assert [each["template_column"] for each in found] == ["distance_km", "load", None, "load_unit", None]
    assert [each["column_confidence"] for each in found] == [1, 1, 0, 1, 0]
    assert [each["value_confidence"] for each in found] == [None, None, None, 1, None]

    mapping = {"Load unit": "load_unit", "LOAD": "load"}
    assert created(dcycle, f"{PATH}/{id}/unique-values", {"mapping": mapping}, 200)["columns"] == {
        "load_unit": ["Tonnes", "kg"]
    }
    assert status(dcycle, id)["status"] == "parsed"
    assert created(dcycle, f"{PATH}/{id}/mapping", {"mapping": mapping}, 200)["status"] == "mapped"
    assert dcycle.get(f"{PATH}/{id}/rows").json()["rows"][0]["data"] == {"load_unit": "kg", "load": "1000"}


@pytest.mark.rule("dcycle.imports.mapping")
@pytest.mark.parametrize("operation", ["mapping", "unique-values", "validate"])
@pytest.mark.parametrize(
    "body",
    [
        {"mapping": {"Miles": "distance_km"}},
        {"mapping": {"Km": "distance"}},
        {"mapping": {"Km": "load", "LOAD": "load"}},
        {"mapping": {}, "value_mappings": {"unit": {}}},
    ],
)
def test_a_mapping_leads_from_known_columns_to_known_columns(
    dcycle: Caller, operation: str, body: dict[str, object]
) -> None:
    """Any other mapping is refused, and the session stays as it was."""
    id = started(dcycle)
    assert problems(dcycle.post(f"{PATH}/{id}/{operation}", body)) == [("value_error", ["body"])]
    assert status(dcycle, id)["status"] == "parsed"


@pytest.mark.rule("dcycle.imports.rows", "dcycle.imports.rows-refused")
def test_rows_come_in_pages(dcycle: Caller) -> None:
    """Pages have up to 500 rows, of all or of those with errors; before a mapping they have the file's columns."""
    id = started(dcycle)
    assert dcycle.get(f"{PATH}/{id}/rows?page_size=1&page=3").json()["rows"][0]["data"]["Vehicle"] == "no_such_van"
    page = validated(dcycle, id, "?page_size=1&errors_only=true")
    assert (page["total_pages"], page["total_rows"], page["rows"][0]["row_index"]) == (2, 3, 1)
    assert dcycle.get(f"{PATH}/{id}/rows?errors_only=true&page=2&page_size=1").json()["rows"][0]["row_index"] == 2
    assert dcycle.get(f"{PATH}/{id}/rows?page=9").json()["rows"] == []
    for query in ("page=0", "page_size=501", "errors_only=maybe", "page_size=x"):
        assert dcycle.get(f"{PATH}/{id}/rows?{query}").status_code == 422


@pytest.mark.rule("dcycle.imports.numbers")
@pytest.mark.parametrize(
    ("locale", "text", "kilometers"),
    [(None, "1,234.5", 1234.5), ("en_US", "1,234.5", 1234.5), ("es_ES", "1.234,5", 1234.5), ("de-DE", "0,5", 0.5)],
)
def test_numbers_follow_the_locale(dcycle: Caller, locale: str | None, text: str, kilometers: float) -> None:
    """The separators of numbers are those of the locale."""
    fields = {"numeric_locale": locale} if locale else {}
    id = started(dcycle, f"Km\tVehicle\tNo\n{text}\tvan_diesel\tX\n", **fields)
    mapping = {"Km": "distance_km", "Vehicle": "toc", "No": "movement_id"}
    assert validated(dcycle, id, mapping=mapping, value_mappings=None)["error_rows"] == 0
    assert dcycle.post(f"{PATH}/{id}/submit", {}).status_code == 200
    [leg] = dcycle.get("/v1/logistics/requests?movement_id=X").json()["items"]
    assert leg["distance_km"] == kilometers


@pytest.mark.rule("dcycle.imports.numbers")
@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en_US", "1,5"),
        ("en_US", "1,2345"),
        ("en_US", "12,34,567"),
        ("en_US", "1.234,5"),
        ("es_ES", "1.5"),
        ("es_ES", "1234.567"),
        ("es_ES", "1,234.5"),
        ("es_ES", "1.234.5"),
        ("de", "1,5,5"),
        ("en", "\u0661"),
        ("en", "1e3"),
    ],
)
def test_numbers_of_another_locale_are_errors(dcycle: Caller, locale: str, text: str) -> None:
    """A number that the locale does not write is an error, and not taken for one ten or a thousand times as great."""
    id = started(dcycle, f"Km;Vehicle\n{text};van_diesel\n", numeric_locale=locale)
    found = validated(dcycle, id, mapping={"Km": "distance_km", "Vehicle": "toc"}, value_mappings=None)
    assert found["rows"][0]["errors"].keys() == {"distance_km"}


@pytest.mark.rule("dcycle.imports.numbers", "dcycle.imports.correct")
@pytest.mark.parametrize("locale", ["en_US", "es_ES", "de", ""])
@pytest.mark.parametrize("value", [10, 10.5, 0.25, 1234.5, 1e4])
def test_a_number_corrects_a_cell_in_any_locale(dcycle: Caller, locale: str, value: float) -> None:
    """A number of JSON is the same number, whatever the locale of the table is."""
    fields = {"numeric_locale": locale} if locale else {}
    id = started(dcycle, "Km;Vehicle;No\nx;van_diesel;X\n", **fields)
    mapping = {"Km": "distance_km", "Vehicle": "toc", "No": "movement_id"}
    assert validated(dcycle, id, mapping=mapping, value_mappings=None)["error_rows"] == 1
    correction = {"row_index": 0, "column": "distance_km", "value": value}
    assert correct(dcycle, id, correction).status_code == 200
    assert dcycle.post(f"{PATH}/{id}/submit", {}).status_code == 200
    [leg] = dcycle.get("/v1/logistics/requests?movement_id=X").json()["items"]
    assert leg["distance_km"] == value


@pytest.mark.rule("dcycle.imports.correct")
@pytest.mark.parametrize("head", ["Km;Km;Vehicle", "Km;Vehicle;Km", "Km;Km;Km;Vehicle", "Km;Vehicle"])
def test_a_correction_reaches_the_column_that_is_read(dcycle: Caller, head: str) -> None:
    """What a correction changes is what the rows show, even if columns of the file have one name."""
    cells = {"Km": "x", "Vehicle": "van_diesel"}
    id = started(dcycle, f"{head}\n{';'.join(cells[name] for name in head.split(';'))}\n")
    assert validated(dcycle, id, mapping={"Km": "distance_km", "Vehicle": "toc"}, value_mappings=None)["error_rows"]
    reply = correct(dcycle, id, {"row_index": 0, "column": "distance_km", "value": 5}).json()
    assert (reply["total_errors_remaining"], reply["updated_rows"][0]["data"]["distance_km"]) == (0, "5")


@pytest.mark.rule("dcycle.imports.corrections", "dcycle.imports.correct")
@pytest.mark.parametrize("cell", [{"row_index": 3}, {"column": "client"}, {"column": "Km"}])
def test_a_correction_names_a_cell(dcycle: Caller, cell: dict[str, object]) -> None:
    """A cell that does not exist is refused, and no other cell changes; 500 corrections come at once."""
    id = started(dcycle)
    before = validated(dcycle, id)["rows"]
    good = {"row_index": 0, "column": "load", "value": 5}
    assert problems(correct(dcycle, id, good, {**good, **cell})) == [("value_error", ["body"])]
    assert dcycle.get(f"{PATH}/{id}/rows").json()["rows"] == before
    assert correct(dcycle, id, *[good] * 500).status_code == 200
    assert problems(correct(dcycle, id, *[good] * 501)) == [("too_long", ["body", "corrections"])]


@pytest.mark.rule("dcycle.imports.stages", "dcycle.imports.submitted")
def test_the_stages_follow_each_other(dcycle: Caller) -> None:
    """Corrections need a mapping and a submission a validation; after it nothing changes."""
    id = started(dcycle)
    assert correct(dcycle, id, CORRECTIONS[0]).json()["code"] == "IMPORT_NOT_MAPPED"
    assert dcycle.post(f"{PATH}/{id}/submit", {}).json()["code"] == "IMPORT_NOT_VALIDATED"
    validated(dcycle, id)
    assert dcycle.post(f"{PATH}/{id}/submit", {"ignore_errors": True}).status_code == 200
    for operation in ("submit", "mapping", "mapping/suggest", "unique-values", "validate"):
        reply = dcycle.post(f"{PATH}/{id}/{operation}", {"mapping": MAPPING})
        assert (reply.status_code, reply.json()["code"]) == (409, "IMPORT_SUBMITTED")
    assert correct(dcycle, id, CORRECTIONS[0]).json()["code"] == "IMPORT_SUBMITTED"


@pytest.mark.rule("dcycle.imports.list", "dcycle.imports.expired", "dcycle.imports.list-refused")
def test_sessions_expire_after_a_day(dcycle: Caller) -> None:
    """A session of 24 hours is listed as expired on demand only, and changes no more; a submitted one stays."""
    id, done = started(dcycle), started(dcycle)
    validated(dcycle, done)
    dcycle.post(f"{PATH}/{done}/submit", {"ignore_errors": True})

    def ids(**query: str) -> set[str]:
        return {found["id"] for found in dcycle.get(f"{PATH}/sessions", params=query).json()["items"]} & {id, done}

    restored = dcycle.space.snapshot()
    assert dcycle.space.clock.advance(hours=23, minutes=59) == []
    assert ids() == {id, done} == ids(user_id=USER, template_id="logistics_requests")
    assert (ids(status="submitted"), ids(user_id=UNKNOWN)) == ({done}, set())
    (event,) = dcycle.space.clock.advance(minutes=1)
    assert (event["kind"], event["subject"]) == ("import.expired", id)
    assert dcycle.space.clock.advance(hours=48) == []
    assert (ids(), ids(include_expired="true"), ids(status="expired")) == ({done}, {id, done}, {id})
    assert status(dcycle, id)["status"] == "expired"
    reply = dcycle.post(f"{PATH}/{id}/mapping", {"mapping": MAPPING})
    assert (reply.status_code, reply.json()["code"]) == (409, "IMPORT_EXPIRED")
    dcycle.space.restore(restored)
    assert [found["subject"] for found in dcycle.space.clock.advance(hours=24)] == [id]
    for query in ("status=done", "include_expired=2", "user_id=x"):
        assert dcycle.get(f"{PATH}/sessions?{query}").status_code == 422


@pytest.mark.rule("dcycle.imports.file")
@pytest.mark.parametrize(
    ("name", "table", "kind"),
    [
        ("legs.xlsx", TABLE, "string_pattern_mismatch"),
        ("legs.csv", "", "table"),
        ("legs.csv", "A\n" + "1\n" * 5001, "table"),
        ("legs.csv", ",".join(map(str, range(201))), "table"),
    ],
)
def test_other_files_are_refused(dcycle: Caller, name: str, table: str, kind: str) -> None:
    """A file is CSV with a header, and not too long."""
    assert problems(upload(dcycle, table, name)) == [(kind, ["body", "upload_file"])]


@pytest.mark.rule("dcycle.imports.file")
def test_odd_tables_are_read(dcycle: Caller) -> None:
    """Rows of other lengths, quotes, a byte order mark and bytes that are no text do no harm."""
    id = started(dcycle, '\ufeff"Km","Vehicle"\n1\n\n2,"a,b",3\n\x00,\ud7ff\n')
    rows = dcycle.get(f"{PATH}/{id}/rows").json()["rows"]
    assert [row["data"] for row in rows][:2] == [{"Km": "1", "Vehicle": ""}, {"Km": "2", "Vehicle": "a,b"}]


@pytest.mark.rule("dcycle.imports.unknown", "dcycle.projects.unknown")
def test_an_unknown_session(dcycle: Caller) -> None:
    """A session is that of its organization; an unknown project is refused, too."""
    id = started(dcycle)
    for path, organization in ((UNKNOWN, None), (id, LOGISTICS)):
        headers = {"x-organization-id": organization} if organization else {}
        for operation in ("status", "rows"):
            assert dcycle.get(f"{PATH}/{path}/{operation}", headers=headers).json()["code"] == "IMPORT_NOT_FOUND"
        for operation in ("mapping", "mapping/suggest", "unique-values", "validate", "submit"):
            reply = dcycle.post(f"{PATH}/{path}/{operation}", {"mapping": {}}, headers=headers)
            assert (reply.status_code, reply.json()["code"]) == (404, "IMPORT_NOT_FOUND")
    assert upload(dcycle, project_id=UNKNOWN).json() == {"detail": "Project not found"}


def test_a_table_beyond_its_limits_is_not_built() -> None:
    """Of a header that is too long no row is read, and of too many rows only one more than allowed."""
    wide = ",".join("c" * (COLUMNS_MAX + 1)) + "\na\n" * 10
    assert [len(row) for row in _parsed(wide.encode())] == [COLUMNS_MAX + 1]
    long = "a,b\n" + "1,2\n" * (RECORDS_MAX + 5)
    assert len(_parsed(long.encode())) == 1 + RECORDS_MAX + 1


def test_a_row_of_an_upload_has_the_cells_that_came() -> None:
    """A row is as long as it was sent, however long the header is, and cells beyond the header do not count."""
    content = " a ,b,c\n1, 2 \n\n3,4,5,6\n"
    assert [*_rows(content)] == [{"a": "1", "b": "2"}, {"a": "3", "b": "4", "c": "5"}]
