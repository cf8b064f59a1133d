"""Unknown paths, wrong methods, and statuses of faults in the vendor's envelope."""

import pytest

from emulator.evidence import contracts
from tests.providers.dcycle.conftest import PATH, ask
from tests.support.caller import Caller
from tests.support.drafts import good_draft

ID = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"


@pytest.mark.rule("dcycle.path.unknown", "dcycle.reply.json")
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1/total-impact",
        "/v2/total-impacts",
        pytest.param(f"{PATH}/", marks=pytest.mark.rule("dcycle.path.trailing-slash")),
    ],
)
def test_an_unknown_path(dcycle: Caller, path: str) -> None:
    """An unknown path is answered 404, with or without a key."""
    for caller in (dcycle, dcycle.identified({})):
        reply = caller.get(path)
        assert (reply.status_code, reply.json()) == (404, {"detail": "Not Found"})
        assert reply.headers["Content-Type"] == "application/json"


@pytest.mark.rule("dcycle.path.wrong-method", "dcycle.path.allow")
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", PATH, {"GET"}),
        ("DELETE", PATH, {"GET"}),
        ("PUT", "/v1/purchases", {"GET", "POST"}),
        ("POST", "/v1/facilities/1", {"GET", "PUT", "DELETE"}),
    ],
)
def test_a_wrong_method(dcycle: Caller, method: str, path: str, allowed: set[str]) -> None:
    """A wrong method is answered 405 with the allowed methods, with or without a key."""
    for caller in (dcycle, dcycle.identified({})):
        reply = caller.request(method, path)
        assert (reply.status_code, reply.json()) == (405, {"detail": "Method Not Allowed"})
        assert set(reply.headers["Allow"].split(", ")) - {"HEAD"} == allowed


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(status, body, marks=pytest.mark.rule(rule))
        for status, body, rule in [
            (500, {"detail": "Internal server error", "code": "INTERNAL_ERROR"}, "dcycle.fault.server"),
            (429, {"detail": "Rate limit exceeded", "code": "RATE_LIMIT_EXCEEDED"}, "dcycle.fault.rate-limit"),
        ]
    ],
)
def test_a_fault_with_a_status(dcycle: Caller, status: int, body: dict[str, str]) -> None:
    """A fault that only sets a status gets the vendor's body."""
    dcycle.space.faults.add("dcycle", effect={"status": status})
    reply = ask(dcycle)
    assert (reply.status_code, reply.json()) == (status, body)


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_fault_with_a_status_of_the_operation(dcycle: Caller, status: int) -> None:
    """A fault with a status that the operation documents gets the operation's body, and so satisfies the contract."""
    dcycle.space.faults.add("dcycle", effect={"status": status})
    assert ask(dcycle).status_code == status


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        (f"/v1/purchases/{ID}", 404, {"detail": "Purchase not found", "code": "PURCHASE_NOT_FOUND"}),
        (f"/v1/facilities/{ID}", 404, {"detail": f"Facility with id=UUID('{ID}') not found", "code": "NOT_FOUND"}),
        (f"/v1/projects/{ID}", 404, {"detail": "Project not found"}),
        ("/v1/purchases", 404, {"detail": "Not Found"}),
        ("/v1/unknown", 404, {"detail": "Not Found"}),
    ],
)
def test_a_fault_is_worded_as_the_operation_words_it(
    dcycle: Caller, path: str, status: int, body: dict[str, str]
) -> None:
    """A 404 names what was not found, where the operation looks for a record."""
    dcycle.space.faults.add("dcycle", effect={"status": status})
    reply = dcycle.get(path, promised=False)
    assert (reply.status_code, reply.json()) == (status, body)


@pytest.mark.parametrize(("status", "phrase"), [(404, "Not Found"), (409, "Conflict")])
def test_a_fault_has_the_documented_words(dcycle: Caller, status: int, phrase: str) -> None:
    """A fault with a status that an operation documents has the body that its contract describes."""
    for operation in contracts.operations("dcycle"):
        if str(status) in operation.description["responses"] and not operation.missing:
            dcycle.space.faults.add("dcycle", operation=operation.id, effect={"status": status}, times=1)
            reply = dcycle.send(good_draft("dcycle", operation))
            assert reply.status_code == status
            assert reply.json()["detail"] != phrase, operation.id


@pytest.mark.parametrize(("status", "detail"), [(409, "Conflict"), (503, "Service Unavailable"), (599, "Status 599")])
def test_a_fault_with_any_other_status(dcycle: Caller, status: int, detail: str) -> None:
    """Any other status has its reason phrase as detail."""
    dcycle.space.faults.add("dcycle", effect={"status": status})
    assert dcycle.get(PATH, promised=False).json() == {"detail": detail}
