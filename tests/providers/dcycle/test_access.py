"""Access: keys, organizations, and the order of checks."""

import pytest

from emulator.providers.dcycle.backend import Dcycle
from tests.providers.dcycle.conftest import (
    ACME_KEY,
    CONSTRUCTION,
    HOLDINGS,
    INDUSTRIES,
    KEY,
    LAST_MILE,
    LEAF_KEY,
    LOGISTICS,
    PROJECT_ALPHA,
    SERVICES,
    YEAR,
    ask,
    identity,
    impacts,
)
from tests.support.caller import Caller

UNKNOWN_ID = "11111111-2222-4333-8444-555555555555"
INVALID_API_KEY = {"detail": "Invalid API key", "code": "INVALID_API_KEY"}
FORBIDDEN = {"detail": "Logged User is not Member of Organization", "code": "LOGGED_USER_NOT_MEMBER"}


@pytest.mark.rule("dcycle.auth.body")
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, marks=pytest.mark.rule("dcycle.auth.key-missing", "dcycle.auth.key-missing-for-summary")),
        pytest.param(
            {"x-api-key": ""}, marks=pytest.mark.rule("dcycle.auth.key-unknown", "dcycle.auth.key-unknown-for-summary")
        ),
        pytest.param({"x-api-key": "sk_live_0000000000000000"}, marks=pytest.mark.rule("dcycle.auth.key-unknown")),
        pytest.param({"x-api-key": KEY.upper()}, marks=pytest.mark.rule("dcycle.auth.key-unknown")),
        pytest.param({"x-api-key": KEY[:-1]}, marks=pytest.mark.rule("dcycle.auth.key-unknown")),
        pytest.param({"Authorization": "Bearer sk_live_0"}, marks=pytest.mark.rule("dcycle.auth.bearer-unknown")),
        pytest.param({"Authorization": "Bearer"}, marks=pytest.mark.rule("dcycle.auth.bearer-unknown")),
        pytest.param({"Authorization": f"Basic {KEY}"}, marks=pytest.mark.rule("dcycle.auth.key-missing")),
        pytest.param({"x-api-key": "no", "Authorization": f"Bearer {KEY}"}),
    ],
)
def test_missing_and_unknown_keys(dcycle: Caller, headers: dict[str, str]) -> None:
    """A missing or unknown key is refused with 401, always with the same body."""
    reply = ask(dcycle.identified({"x-organization-id": INDUSTRIES}), headers, **YEAR)
    assert (reply.status_code, reply.json()) == (401, INVALID_API_KEY)


@pytest.mark.rule("dcycle.auth.bearer", "dcycle.auth.bearer-documented")
@pytest.mark.parametrize("authorization", [f"Bearer {KEY}", f"bearer  {KEY} "])
def test_a_key_as_a_bearer_token(dcycle: Caller, authorization: str) -> None:
    """A key is also accepted as a bearer token."""
    bearer = dcycle.identified({"Authorization": authorization, "x-organization-id": INDUSTRIES})
    assert impacts(bearer) == impacts(dcycle)
    assert bearer.get("/v1/vehicles").json() == dcycle.get("/v1/vehicles").json()


@pytest.mark.rule("dcycle.organization.any-in-tree", "dcycle.reply.echo")
@pytest.mark.parametrize(
    ("key", "organization"),
    [(KEY, one) for one in (INDUSTRIES, LOGISTICS, LAST_MILE)]
    + [(key, one) for key in (ACME_KEY, LEAF_KEY) for one in (HOLDINGS, CONSTRUCTION, PROJECT_ALPHA, SERVICES)],
)
def test_a_key_reaches_its_whole_tree(dcycle: Caller, key: str, organization: str) -> None:
    """A key reaches every organization of its tree: above, beside and below its own."""
    assert impacts(dcycle, identity(key, organization))["organization_id"] == organization


@pytest.mark.rule("dcycle.organization.forbidden-body")
@pytest.mark.parametrize(
    ("key", "organization"),
    [
        pytest.param(key, organization, marks=pytest.mark.rule(rule))
        for key, organization, rule in [
            (KEY, UNKNOWN_ID, "dcycle.organization.unknown"),
            (KEY, HOLDINGS, "dcycle.organization.other-tree"),
            (KEY, PROJECT_ALPHA, "dcycle.organization.other-tree"),
            (ACME_KEY, INDUSTRIES, "dcycle.organization.other-tree"),
            (LEAF_KEY, LAST_MILE, "dcycle.organization.other-tree"),
        ]
    ],
)
def test_an_organization_out_of_reach(dcycle: Caller, key: str, organization: str) -> None:
    """An organization of another tree is refused with the same body as one that does not exist."""
    reply = ask(dcycle, identity(key, organization), **YEAR)
    assert (reply.status_code, reply.json()) == (403, FORBIDDEN)


@pytest.mark.rule("dcycle.organization.not-found", "dcycle.organization.not-found-body")
@pytest.mark.parametrize(
    ("path", "status", "rule"),
    [
        ("/v1/logistics/packages", 404, "not-found"),
        ("/v1/logistics/packages?package_key=P", 404, "not-found"),
        ("/v1/logistics/tocs", 404, "not-found"),
        (f"/v1/logistics/packages/{UNKNOWN_ID}", 403, "unknown"),
        ("/v1/logistics/fuels", 403, "unknown"),
        ("/v1/logistics/summary", 403, "unknown"),
        ("/v1/logistics/hubs", 403, "unknown"),
        ("/v1/logistics/requests", 403, "unknown"),
        ("/api/v1/logistics/tocs", 403, "unknown"),
    ],
)
def test_two_lists_do_not_find_an_unknown_organization(dcycle: Caller, path: str, status: int, rule: str) -> None:
    """The lists of packages and of vehicle types return 404; an organization out of reach is a 403 there, too."""
    explained = {"X-Emulator-Explain": "1", "x-organization-id": UNKNOWN_ID}
    reply = dcycle.get(path, headers=explained)
    body = {"code": "NOT_FOUND", "detail": "Organization not found"} if status == 404 else FORBIDDEN
    assert (reply.status_code, reply.json()) == (status, body)
    assert reply.headers["X-Emulator-Rule"] == f"dcycle.organization.{rule}"
    reply = dcycle.get(path, headers={**explained, "x-organization-id": HOLDINGS})
    assert (reply.status_code, reply.json()) == (403, FORBIDDEN)
    assert reply.headers["X-Emulator-Rule"] == "dcycle.organization.other-tree"
    assert dcycle.get(path, headers={"x-api-key": "no", **explained}).status_code == 401


@pytest.mark.rule("dcycle.organization.case")
def test_an_organization_in_upper_case(dcycle: Caller) -> None:
    """An id in upper case names the same organization, and the reply has it in lower case."""
    assert impacts(dcycle, {"x-organization-id": INDUSTRIES.upper()}) == impacts(dcycle)


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        pytest.param({}, {}, 401, marks=pytest.mark.rule("dcycle.auth.before-validation")),
        pytest.param(
            identity(KEY, HOLDINGS),
            {**YEAR, "group_by": "year"},
            422,
            marks=pytest.mark.rule("dcycle.organization.after-validation"),
        ),
        pytest.param(
            identity(KEY, HOLDINGS),
            {"start_date": "2025-02-01", "end_date": "2025-01-01"},
            403,
            marks=pytest.mark.rule("dcycle.organization.before-dates"),
        ),
        pytest.param(
            identity(KEY, INDUSTRIES),
            {"start_date": "2025-02-01", "end_date": "2025-01-01", "group_by": "year"},
            422,
            marks=pytest.mark.rule("dcycle.validation.before-dates"),
        ),
    ],
)
def test_the_order_of_checks(dcycle: Caller, headers: dict[str, str], query: dict[str, str], status: int) -> None:
    """The key is checked first, then all parameters at once, then the organization, then the order of the dates."""
    assert ask(dcycle.identified(headers), **query).status_code == status


@pytest.mark.rule("dcycle.auth.body-of-transports", "dcycle.organization.forbidden-body-of-transports")
@pytest.mark.parametrize("path", ["", "/counts", "/combinations", f"/{UNKNOWN_ID}"])
def test_transport_routes_have_words_of_their_own(dcycle: Caller, path: str) -> None:
    """The refusal of a key names the organization, also where a fault gives the status."""
    refused = {"detail": "Invalid API key for organization", "code": "INVALID_API_KEY"}
    reply = dcycle.get(f"/v1/transports{path}", headers={"x-api-key": "sk_live_0000000000000000"})
    assert (reply.status_code, reply.json()) == (401, refused)
    reply = dcycle.get(f"/v1/transports{path}", headers={"x-organization-id": UNKNOWN_ID})
    assert (reply.status_code, reply.json()) == (403, FORBIDDEN)
    dcycle.space.faults.add("dcycle", effect={"status": 401})
    assert dcycle.get(f"/v1/transports{path}").json() == refused


def test_a_request_authenticates_once(dcycle: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that has an author looks its key up once, as every other request does."""
    looked_up, key = [], Dcycle.key
    monkeypatch.setattr(Dcycle, "key", lambda self, api_key: looked_up.append(api_key) or key(self, api_key))
    assert dcycle.post("/v1/transports/bulk-delete", {"transport_ids": [UNKNOWN_ID]}).status_code == 200
    assert looked_up == [KEY]
