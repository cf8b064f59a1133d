"""``evidence="docs"`` fails a test that depends on a guess, wherever the guess is, and names the part and the rule."""

import json
from importlib import import_module

import pytest

from emulator import Emulator

pytest_plugins = ["pytester"]

OTHER_PLUGINS_OFF = ("-p", "no:schemathesis", "-p", "no:hypothesispytest", "-p", "no:cacheprovider")

SUITE = '''
import json
from urllib.parse import urlencode

import httpx
import pytest

KEYS = {
    "oneclickimpact": lambda given: {"x-api-key": given["api_key"]},
    "cnaught": lambda given: {"Authorization": "Bearer " + given["api_key"]},
    "carboninsights": lambda given: {},
    "dcycle": lambda given: {"x-api-key": given["api_key"], "x-organization-id": given["organization_id"]},
    "thallo": lambda given: {"Authorization": "Bearer " + given["api_key"]},
}

class Client:
    """A client of one provider in the space of a test."""

    def __init__(self, space, name):
        self.space, self.provider = space, space.provider(name)
        self.headers = KEYS[name](self.provider.credentials)

    def send(self, method, path, body=None, **headers):
        url = self.provider.url + path
        headers = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        reply = self.space.http.request(method, url, json=body, headers=headers)
        assert reply.status_code < 500, reply.text
        return reply.json() if reply.content else None

    def log_in(self):
        given = self.provider.credentials
        pair = self.send("POST", "/token", {"username": given["username"], "password": given["password"]})
        self.headers = {"Authorization": "Token " + pair["access"]}

async def receiver(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})

CASES = json.loads(CASES_AS_TEXT)

@pytest.mark.carbon(evidence="docs", at="2026-01-15T10:00:00Z")
@pytest.mark.parametrize("number", range(len(CASES)))
def test_case(carbon_space, number):
    provider, steps, _ = CASES[number]
    client = Client(carbon_space, provider)
    for step in steps:
        exec(step, {"client": client, "space": carbon_space, "receiver": receiver, "send": client.send})
'''

PURCHASE = (
    "{'product_name': 'P', 'sector': 'Manufacturing', 'country': 'ES', 'quantity': 5, 'unit_id': 'EUR',"
    " 'purchase_date': '2025-01-01', 'expense_type': 'opex'}"
)
ROUTE = (
    "{'transport_date': '2025-01-01', 'quantity_transported': 1, 'transport_direction': 'upstream',"
    " 'unit_id': '61743a63-ff70-459c-9567-5eee8f7dfd5c', 'sections': [{'transport_type': 'road',"
    " 'travel_method': 'truck', 'origin': 'Bilbao, Spain', 'destination': 'Zaragoza, Spain', 'kms_manual': 300}]}"
)
CALLED = "send('POST', '/v1/orders', {'amount_kg': 10, 'notification_config': {'url': 'http://127.0.0.1:9/'}})"
FLIGHT = "{'date': '2020-03-01', 'amount': 248.76, 'category': 'Air Travel'}"
FOOD = "{'date': '2020-03-01', 'amount': 1, 'category': 'Groceries'}"
USER = "{'username': 'u', 'password': 'long enough', 'first_name': 'A', 'last_name': 'B', 'email': 'a@shop.test'}"
PROFILE = (
    "'user_profile': {'diet': 'typical', 'renewable_energy': 0, 'natural_gas': True, 'shared_account': False,"
    " 'zip_code': 19130, 'fuel_grade': 'regular'}"
)
ENDPOINT = (
    "space.control('PATCH', '/settings/oneclickimpact', json={'webhook_endpoints': [{'id': 'we_1',"
    " 'url': 'http://127.0.0.1:9/', 'secrets': ['whsec_1']}]})"
)

GUESSES = [
    # a value
    ("dcycle", ["send('GET', '/v1/purchases?size=1')"], "reply items[].co2e (inferred, dcycle.purchases.spend)"),
    (
        "cnaught",
        ["send('POST', '/v1/quotes', {'amount_kg': 1})"],
        "reply price_usd_cents (inferred, cnaught.orders.price)",
    ),
    (
        "oneclickimpact",
        ["send('POST', '/v1/capture_carbon', {'amount': 1, 'customer_email': 'a@shop.test', 'customer_name': 'A'})"],
        "reply customer.customer_id (inferred, oneclickimpact.customers.id)",
    ),
    (
        "carboninsights",
        [
            "client.log_in()",
            (
                f"terms = {{'transactions': [{FLIGHT}], {PROFILE}, 'options': {{'land': True}}}}\n"
                "send('POST', '/calculateCarbonScore', terms)"
            ),
        ],
        "reply details.footprint.Land Use [m2] (inferred, carboninsights.reply.metric-titles)",
    ),
    (
        "thallo",
        ["send('GET', '/api/inventory?trade_type=BUY')"],
        "query trade_type (inferred, thallo.inventory.trade-type-scope)",
    ),
    # a header
    (
        "cnaught",
        ["send('POST', '/v1/quotes', {'amount_kg': 1}, X_Subaccount_Id='5nubL0NS')"],
        "header X-Subaccount-Id (inferred, cnaught.subaccount-header.default-portfolio-quoted)",
    ),
    (
        "cnaught",
        ["send('POST', '/v1/orders', {'amount_kg': 1}, Idempotency_Key='')"],
        "header Idempotency-Key (inferred, cnaught.idempotency.empty-key)",
    ),
    (
        "dcycle",
        ["send('GET', '/v2/organizations/tree', x_organization_id=client.headers['x-organization-id'].upper())"],
        "header x-organization-id (inferred, dcycle.organization.case)",
    ),
    (
        "dcycle",
        [
            "client.headers['Authorization'] = 'Bearer ' + client.headers.pop('x-api-key')",
            "send('GET', '/v2/organizations/tree')",
        ],
        "header Authorization (inferred, dcycle.auth.bearer)",
    ),
    # a status
    (
        "dcycle",
        ["send('POST', '/v1/employees', {'name': 'A', 'situation': 'active', 'status': 'uploaded'})"],
        "status 201 (inferred, dcycle.employees.create-status)",
    ),
    (
        "cnaught",
        ["send('POST', '/v1/orders/ride', {'distance_km': 30})"],
        "status 201 (inferred, cnaught.orders.ride-created)",
    ),
    (
        "carboninsights",
        [f"send('POST', '/register', {USER})"],
        "status 201 (inferred, carboninsights.register.status)",
    ),
    (
        "thallo",
        ["send('POST', '/api/api-keys', {'name': 'n', 'deactivate_current': False})"],
        "status 201 (inferred, thallo.keys.created)",
    ),
    (
        "oneclickimpact",
        ["send('GET', '/v1/whoami', x_api_key='nobody')"],
        "status 401 (inferred, oneclickimpact.auth.unknown-key-status)",
    ),
    # a default
    ("dcycle", [f"send('POST', '/v1/purchases', {PURCHASE})"], "body status (inferred, dcycle.purchases.defaults)"),
    (
        "carboninsights",
        ["client.log_in()", f"send('POST', '/calculateCarbonScore', {{'transactions': [{FLIGHT}]}})"],
        "body user_profile (inferred, carboninsights.factors.other-profiles)",
    ),
    # a delay
    (
        "cnaught",
        ["send('GET', '/v1/orders?limit=1')"],
        "reply data[].state (inferred, cnaught.states.fulfilment-delay)",
    ),
    (
        "dcycle",
        [f"send('POST', '/v1/transports', {ROUTE})", "send('GET', '/v1/transports')"],
        "reply items[].status (inferred, dcycle.transports.calculated)",
    ),
    (
        "thallo",
        ["space.clock.freeze('2026-03-15')", "send('GET', '/api/retirement?id=00maxwb1x2ltjgh4ob')"],
        "thallo.retirement.",
    ),
    (
        "oneclickimpact",
        [
            "space.control('PATCH', '/settings/oneclickimpact', json={'donation_available_seconds': 60})",
            (
                "made = send('POST', '/v1/capture_carbon', {'amount': 1})\nspace.clock.advance(seconds=60)\n"
                "send('GET', f\"/v1/track?user_id={made['user_id']}&time_utc={made['time_utc']}\")"
            ),
        ],
        "reply donation_available (inferred, oneclickimpact.track.stages)",
    ),
    # the time of an event
    (
        "cnaught",
        ["send('POST', '/v1/orders', {'amount_kg': 10})", "space.clock.advance(seconds=2)"],
        "event time (inferred, cnaught.states.fulfilment-delay)",
    ),
    (
        "carboninsights",
        ["client.log_in()", "space.clock.advance(minutes=5)"],
        "event time (inferred, carboninsights.token.lifetimes)",
    ),
    # a webhook
    (
        "cnaught",
        [CALLED, "space.webhooks.pause()", "space.clock.advance(seconds=2)", "space.webhooks.deliver(receiver)"],
        "webhook body (inferred, cnaught.callbacks.body)",
    ),
    (
        "oneclickimpact",
        [
            ENDPOINT,
            "space.webhooks.pause()",
            "send('POST', '/v1/capture_carbon', {'amount': 1})",
            "space.webhooks.deliver(receiver)",
        ],
        "webhook body (inferred, oneclickimpact.webhooks.envelope)",
    ),
    (
        "oneclickimpact",
        [
            ENDPOINT,
            "space.webhooks.pause()",
            "send('POST', '/v1/capture_carbon', {'amount': 1})",
            "space.webhooks.deliver(receiver)",
        ],
        "webhook header X-1CI-Signature (inferred, oneclickimpact.webhooks.signature)",
    ),
    # the order of a list
    ("dcycle", ["send('GET', '/v1/purchases')"], "reply items (inferred, dcycle.lists.order)"),
    ("oneclickimpact", ["send('GET', '/v1/customers')"], "reply customers (inferred, oneclickimpact.onboarding.order)"),
    ("thallo", ["send('GET', '/api/market')"], "reply projects (inferred, thallo.market.order)"),
    (
        "carboninsights",
        [
            "client.log_in()",
            (
                f"terms = {{'transactions': [{FLIGHT}, {FOOD}], {PROFILE}, 'options': {{'aggregate': True}}}}\n"
                "send('POST', '/calculateCarbonScore', terms)"
            ),
        ],
        "reply details.footprint.category (inferred, carboninsights.reply.row-order)",
    ),
    # a refusal
    (
        "cnaught",
        ["send('POST', '/v1/orders', {'amount_kg': 0.5})"],
        "refusal amount_kg (inferred, cnaught.orders.amount-bounds)",
    ),
    ("thallo", ["send('GET', '/api/inventory?per_page=0')"], "refusal per_page (inferred, thallo.paging.bounds)"),
]
"""For each provider, requests that depend on a guess in each place of an exchange, and how the failure names it."""

FIRM = [
    ("dcycle", ["send('GET', '/v1/total-impacts?start_date=2025-01-01&end_date=2025-12-31')"]),
    ("dcycle", ["send('GET', '/v2/organizations/tree')"]),
    ("cnaught", ["send('POST', '/v1/orders', {'amount_kg': -1})"]),
    ("oneclickimpact", ["send('POST', '/v1/capture_carbon', {'amount': 5})"]),
    ("oneclickimpact", ["send('GET', '/v1/whoami')"]),
    ("carboninsights", ["client.log_in()"]),
    ("thallo", ["send('GET', '/api/inventory')"]),
    ("thallo", ["send('GET', '/api/api-keys')"]),
]
"""Requests that depend on no guess."""


@pytest.fixture(autouse=True)
def _loaded(emulator: Emulator) -> None:
    """Load what these suites use before pytester records the loaded modules: it unloads all others."""
    for name in ("yaml", "httpcore", "httpx._transports.default"):
        import_module(name)


def test_a_guess_fails_a_test_wherever_it_is(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test with a guess fails and names its part and its rule; each test without one passes."""
    monkeypatch.delenv("CARBON_EMULATOR_URL", raising=False)
    cases = [*GUESSES, *((provider, steps, "") for provider, steps in FIRM)]
    pytester.makepyfile(f"CASES_AS_TEXT = {json.dumps(cases)!r}\n" + SUITE)
    result = pytester.runpytest_inprocess(*OTHER_PLUGINS_OFF, "-rfE", "--tb=short")
    text = result.stdout.str()
    sections = dict.fromkeys(range(len(cases)), "")
    for part in text.split("test_case[")[1:]:
        sections[int(part.partition("]")[0])] += part
    missed = [f"{number}: {case[2]}" for number, case in enumerate(GUESSES) if case[2] not in sections[number]]
    assert missed == []
    assert all("relied on evidence" not in sections[number] for number in range(len(GUESSES), len(cases)))
    result.assert_outcomes(passed=len(FIRM), failed=len(GUESSES))
