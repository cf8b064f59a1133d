"""Steps that an account of the sandbox and its test can take, for properties over any sequence of them."""

from typing import Any

from hypothesis import strategies as st

from emulator.client.handles import SpaceHandle
from tests.support.caller import Caller, credentials_of

ENDPOINT = {"id": "shop", "url": "http://127.0.0.1:9/hook", "secrets": ["whsec_1"]}
DELAYS = {"donation_available_seconds": 60, "donation_sent_seconds": 120, "impact_completed_seconds": 180}

steps = st.one_of(
    st.tuples(st.just("capture_carbon"), st.integers(1, 10), st.sampled_from([None, "a@x.com", "A@X.com", "b@x.com"])),
    st.tuples(st.just("donate_money"), st.integers(1, 10), st.sampled_from([None, "a@x.com"])),
    st.tuples(st.just("cancel"), st.integers(0, 5), st.none()),
    st.tuples(st.just("advance"), st.sampled_from([0, 0.001, 60, 120, 86400]), st.none()),
    st.tuples(st.just("complete"), st.integers(0, 5), st.none()),
    st.tuples(st.just("settings"), st.sampled_from([{}, DELAYS, {"webhook_endpoints": [ENDPOINT]}]), st.none()),
)


def take(space: SpaceHandle, step: tuple[str, Any, Any], made: list[dict[str, str]]) -> None:
    """Take one step; ``made`` collects what was made."""
    kind, value, email = step
    caller = Caller(space, "oneclickimpact", credentials_of(space, "oneclickimpact"))
    if kind == "advance":
        space.clock.advance(seconds=value)
    elif kind == "settings":
        space.http.patch(f"{space.url}/_emulator/settings/oneclickimpact", json=value).raise_for_status()
    elif kind in ("cancel", "complete"):
        if value >= len(made):
            return
        if kind == "cancel":
            assert caller.post("/v1/cancel_impact", made[value]).status_code in (200, 400)
        else:
            act = {"subject": f"sandbox {made[value]['time_utc']}"}
            reply = space.http.post(f"{space.url}/_emulator/acts/oneclickimpact/complete_impact", json=act)
            assert reply.status_code in (200, 409)
    else:
        customer = {"customer_email": email} if email else {}
        reply = caller.post(f"/v1/{kind}", {"amount": value, **customer})
        made.append({name: reply.json()[name] for name in ("user_id", "time_utc")})
