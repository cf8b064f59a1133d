"""Webhooks: events of impacts, signed, for the endpoints in the settings.

The vendor's documents name the events, the envelope's ``id`` for deduplication, an HMAC signature, and the header
``X-1CI-Delivery-Id``, which differs on each retry. Everything else here is a guess.
"""

import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from operator import attrgetter

import orjson

from emulator.core.clock import millis
from emulator.providers.oneclickimpact.backend import OneClickImpact
from emulator.providers.oneclickimpact.memory.records import EVENT_TYPES, EventType, Impact
from emulator.providers.oneclickimpact.memory.settings import Settings, WebhookEndpoint
from emulator.providers.oneclickimpact.wire import outgoing
from emulator.web.webhooks import Call, Dispatch, End, Webhooks

MINUTE, HOUR = 60, 3600
GONE = (410,)
"""The statuses of an endpoint that wants no calls any more."""


def take_calls(oneclickimpact: OneClickImpact) -> Iterator[Call]:
    """Yield a call for each event that must be reported by now, and each endpoint that listens."""
    for notice, impact in oneclickimpact.notices.take():
        environment = oneclickimpact.accounts[impact.account_id].environment
        endpoints = oneclickimpact.notices.listening(notice.type, environment)
        if endpoints:
            body = orjson.dumps(_event(oneclickimpact, notice.type, impact)).decode()
            for endpoint in endpoints:
                yield Call(notice.at, notice.type, impact.subject, endpoint.url, body, endpoint.id)


def signed_headers(oneclickimpact: OneClickImpact, dispatch: Dispatch) -> Mapping[str, str] | None:
    """Return the headers of one attempt; None if its endpoint is disabled or no longer registered."""
    settings = oneclickimpact.memory.settings
    endpoint = next((each for each in settings.webhook_endpoints if each.id == dispatch.endpoint), None)
    if endpoint is None or not endpoint.enabled:
        return None
    timestamp = str(int(dispatch.at.timestamp()))
    return {
        "User-Agent": "1ClickImpact-Webhooks/1.0",
        "X-1CI-Delivery-Id": oneclickimpact.notices.delivery_id(dispatch.delivery_id, dispatch.attempt),
        "X-1CI-Event": dispatch.kind,
        "X-1CI-Timestamp": timestamp,
        settings.webhook_signature_header: _signatures(settings, endpoint, timestamp, dispatch.body),
    }


def conclude(oneclickimpact: OneClickImpact, end: End) -> None:
    """Disable an endpoint that is gone, or that fails again and again."""
    oneclickimpact.notices.end(end.endpoint, accepted=end.accepted, gone=end.status in GONE)


def _signatures(settings: Settings, endpoint: WebhookEndpoint, timestamp: str, body: str) -> str:
    """Return a signature by each secret of an endpoint, separated by commas."""
    text = f"{timestamp}.{body}" if settings.webhook_signed_text == "timestamp.body" else body
    digests = [hmac.digest(secret.encode(), text.encode(), "sha256").hex() for secret in endpoint.secrets]
    return ",".join(f"{settings.webhook_signature_prefix}{digest}" for digest in digests)


def _event(oneclickimpact: OneClickImpact, type: EventType, impact: Impact) -> dict[str, object]:
    """Return the envelope of an event."""
    account, customer = oneclickimpact.accounts[impact.account_id], oneclickimpact.customers.of(impact)
    at = _time(type, impact)
    return {
        "id": oneclickimpact.notices.new_event_id(),
        "type": type,
        "created_at": millis(at),
        "is_test": account.environment == "sandbox",
        "data": outgoing.event_data(impact, account, customer, at),
    }


def _time(type: EventType, impact: Impact) -> datetime:
    """Return when an event happened."""
    times = {
        "impact.initiated": impact.made_on,
        "impact.completed": impact.progress.impact_completed,
        "impact.cancelled": impact.cancelled_on,
    }
    at = times[type]
    assert at
    return at


WEBHOOKS = Webhooks(
    kinds=EVENT_TYPES,
    notices=attrgetter("memory.notices"),
    take=take_calls,
    accepted=range(200, 300),
    timeout_seconds=10,
    waits_seconds=(10, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR, 24 * HOUR),
    final=GONE,
    headers=signed_headers,
    ended=conclude,
)
