"""The API reference in a browser: every contract offline, with credentials filled in, and its evidence shown."""

import pytest

from emulator import Emulator
from emulator.providers import NAMES
from tests.ui.conftest import DESKTOP, PHONE, TABLET, Dashboard

pytestmark = pytest.mark.usefixtures("browser")


@pytest.mark.parametrize("api", [*NAMES, "control"])
def test_every_contract_opens(dashboard: Dashboard, api: str) -> None:
    """Each contract is shown without an error, and without a request to another host."""
    page = dashboard.open(f"docs?api={api}")
    page.locator("openapi-explorer .nav-bar-path").first.wait_for(timeout=15_000)


HIDDEN_BY_THE_VIEWER = """async (names) => {
    const { annotate } = await import("/_emulator/ui/js/annotate.js");
    const found = [];
    const walk = (value, place) => {
        if (value === null || typeof value !== "object") return;
        const combined = ["allOf", "oneOf", "anyOf"].some((name) => Array.isArray(value[name]));
        if (combined && typeof value.properties === "object") found.push(place);
        const members = Object.entries(value).filter(([name]) => !name.startsWith("x-"));
        for (const [name, member] of members) walk(member, `${place}/${name}`);
    };
    for (const name of names) {
        walk(annotate(await (await fetch(`/_emulator/contracts/${name}.json`)).json()), name);
    }
    return found;
}"""


def test_no_member_is_hidden(dashboard: Dashboard) -> None:
    """No schema that the viewer gets has combinations beside its properties, of which it would show nothing."""
    page = dashboard.open("docs")
    assert page.evaluate(HIDDEN_BY_THE_VIEWER, [*NAMES, "control"]) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_model_of_a_body_has_its_members(dashboard: Dashboard, size: dict[str, int]) -> None:
    """The members of a request and of its reply are listed, at phone width, too."""
    dashboard.page.set_viewport_size(size)
    page = dashboard.open("docs?api=cnaught#?route=post-/v1/orders")
    request, reply = (page.locator("openapi-explorer schema-table").nth(place) for place in (0, 1))
    request.get_by_text("total_price_usd_cents").first.wait_for(timeout=15_000)
    reply.get_by_text("order_number").first.wait_for()
    assert reply.locator(".tr").count() > 14


def test_a_request_is_tried(dashboard: Dashboard, server: Emulator) -> None:
    """Trying an operation sends it to this space with the vendor's credentials."""
    page = dashboard.open("docs?api=cnaught#?route=get-/v1/orders")
    page.get_by_role("button", name="Execute").first.click(timeout=15_000)
    page.get_by_text("Gre28Fc35bt3").first.wait_for()
    assert [(entry["operation"], entry["status"]) for entry in server.requests] == [("list_orders", 200)]


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_descriptions_and_evidence_are_shown(dashboard: Dashboard, size: dict[str, int]) -> None:
    """At any width, an operation, its parameters and its fields have descriptions and badges, in readable lines."""
    dashboard.page.set_viewport_size(size)
    page = dashboard.open("docs?api=cnaught#?route=post-/v1/orders")
    operation = page.locator("openapi-explorer .expanded-endpoint-body, openapi-explorer .endpoint-body").last
    operation.get_by_alt_text("evidence: seed").first.wait_for(timeout=15_000)
    texts = {
        "api-request": "Chosen by the client. A second request with the same key is not performed again.",
        "schema-table": "A fraction is kept. Less than 1 kg is refused.",
    }
    for element, text in texts.items():
        shown = page.locator(f"openapi-explorer {element}").get_by_text(text).first
        shown.scroll_into_view_if_needed()
        assert shown.bounding_box()["width"] > 200
    badges = page.locator("openapi-explorer").get_by_alt_text("evidence: docs")
    assert any(badge.is_visible() for badge in badges.all())
