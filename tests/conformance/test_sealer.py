"""No secret is written: in whichever place of an exchange it is, and wherever it is repeated."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from emulator.conformance.decoded_exchange import NotReadable
from emulator.conformance.recording import RecordedExchange
from emulator.conformance.sealer import Sealer

SECRET = 'gar"lic+bread/53 öl'
AT = datetime(2026, 1, 15, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


def sealed(
    request: dict[str, Any], reply: dict[str, Any] | None = None, sealer: Sealer | None = None
) -> tuple[RecordedExchange, str]:
    """Return a sealed exchange, and the line that is written."""
    url = request.pop("url", "https://vendor.example/v1/x")
    sent = httpx.Request(request.pop("method", "POST"), url, **request)
    sent.read()
    exchange = (sealer or Sealer({})).exchange(
        AT, sent.url.raw_path.decode(), sent, httpx.Response(200, **(reply or {"json": {}}))
    )
    return exchange, exchange.line()


def forms(secret: str) -> list[str]:
    """Return the forms in which a text can hold a secret."""
    return [
        secret,
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        json.dumps(json.dumps(secret)[1:-1])[1:-1],
        base64.b64encode(f"me:{secret}".encode()).decode(),
    ]


def multipart(name: str, value: str) -> dict[str, Any]:
    head = f'Content-Disposition: form-data; name="{name}"'
    body = f"--cut\r\n{head}\r\n\r\n{value}\r\n--cut--\r\n"
    return {"content": body.encode(), "headers": {"Content-Type": "multipart/form-data; boundary=cut"}}


NESTED = json.dumps({"config": {"list": [{"client_secret": SECRET}]}})

PLACES = {
    "a header": {"headers": {"X-Api-Key": quote(SECRET)}},
    "a repeated header": {"headers": [("X-Api-Key", "first-key-01"), ("X-Api-Key", quote(SECRET))]},
    "a header with a scheme": {"headers": {"Authorization": f"Bearer {quote(SECRET)}"}},
    "basic authentication": {
        "headers": {"Authorization": f"Basic {base64.b64encode(f'me:{SECRET}'.encode()).decode()}"}
    },
    "a cookie": {"headers": {"Cookie": f"theme=dark; sid={quote(SECRET)}"}},
    "a query": {"url": f"https://vendor.example/v1/x?{urlencode({'api_key': SECRET})}"},
    "an encoded name in a query": {"url": f"https://vendor.example/v1/x?api%5Fkey={quote(SECRET)}"},
    "a link in a header": {"headers": {"Referer": f"https://vendor.example/?access_token={quote(SECRET)}"}},
    "a member": {"json": {"password": SECRET}},
    "a member in camel case": {"json": {"accessToken": SECRET}},
    "a member with a longer name": {"json": {"webhook-signing-secret": SECRET}},
    "a nested member": {"json": {"a": [{"b": {"api_key": SECRET}}]}},
    "a list of secrets": {"json": {"tokens": [], "token": [SECRET, {"x": SECRET}]}},
    "a member that is overwritten": {"content": b'{"password": %s, "password": "x"}' % json.dumps(SECRET).encode()},
    "JSON in a JSON string": {"json": {"payload": NESTED}},
    "JSON in JSON in a JSON string": {"json": {"payload": json.dumps({"again": NESTED})}},
    "a quotation of JSON": {"json": {"message": f"cannot parse {NESTED}"}},
    "a link in a JSON string": {"json": {"next": f"https://vendor.example/?token={quote(SECRET)}&page=2"}},
    "malformed JSON": {"content": f'{{"password": {json.dumps(SECRET)},}}'.encode()},
    "a form": {"data": {"username": "me", "password": SECRET}},
    "an encoded name in a form": {"content": f"pass%77ord={quote(SECRET)}", "headers": {"Content-Type": FORM}},
    "multipart data": multipart("password", SECRET),
    "multipart data with a strange boundary": {
        **multipart("password", SECRET),
        "headers": {"Content-Type": "multipart/form-data; boundary*=undefined''cut"},
    },
    "JSON in multipart data": multipart("config", NESTED),
    "UTF-16": {"content": json.dumps({"password": SECRET}, ensure_ascii=False).encode("utf-16")},
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_sealed_in_every_place(place: str) -> None:
    """Nothing is left of a secret, in whichever place it is."""
    _, line = sealed(dict(PLACES[place]))
    assert [form for form in forms(SECRET) if form in line] == []
    assert ("{{secret:" in line) == (place != "a cookie")  # cookies are left out


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_sealed_where_it_is_repeated(place: str) -> None:
    """A secret is known by its value, in the reply, in a path, and in later exchanges."""
    value = SECRET if "header" not in place and place != "a cookie" else quote(SECRET)
    sealer = Sealer({})
    repeated = {"json": {"error": f"the value {value} is wrong", value: [value], "url": f"https://x/{quote(value)}"}}
    _, line = sealed(dict(PLACES[place]), repeated, sealer)
    _, later = sealed({"url": f"https://vendor.example/v1/{quote(value, safe='')}"}, None, sealer)
    assert [form for form in forms(value) if form in line + later] == []


@pytest.mark.parametrize(
    "reply",
    [
        {"headers": {"Set-Cookie": f"sid={quote(SECRET)}; Path=/"}},
        {"headers": {"Location": f"https://vendor.example/done?access_token={quote(SECRET)}"}},
        {"json": {"created": {"secret_key": SECRET}}},
        {"text": f"token={quote(SECRET)}"},
        {"html": f"<p>password: {quote(SECRET)}</p>"},
    ],
)
def test_a_secret_of_a_reply_is_sealed(reply: dict[str, Any]) -> None:
    """What a vendor returns as a secret is sealed, also in the request that led to it."""
    _, line = sealed({"json": {"note": f"seen {quote(SECRET)}"}}, reply)
    assert [form for form in forms(SECRET) if form in line] == []


@pytest.mark.parametrize(
    "text",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijk",
        "sk_live_0123456789abcdef",
        "Bearer 0123456789abcdef",
    ],
)
def test_a_key_of_a_known_form_is_sealed(text: str) -> None:
    """A token or a key of a well-known form is sealed under any name."""
    _, line = sealed({"json": {"comment": f"I used {text} today"}})
    assert text.rpartition(" ")[2] not in line


def test_a_credential_has_its_name() -> None:
    """A credential that was given by name is sealed under it, however short, and in each form."""
    exchange, line = sealed(
        {"url": "https://vendor.example/v1/a%2Fb?key=a%2Fb", "headers": {"X-Api-Key": "a/b"}, "json": {"x": "a/b"}},
        sealer=Sealer({"api_key": "a/b"}),
    )
    assert "a/b" not in line
    assert "a%2Fb" not in line
    assert exchange.headers["x-api-key"] == exchange.body["x"] == "{{credential:api_key}}"


@pytest.mark.parametrize("password", ["credential", "secret:1", "{{secret:1:9}}", "{{hunter2"])
def test_a_secret_that_looks_like_a_mark(password: str) -> None:
    """A secret that is a part of marks, or looks like one, is sealed, and leaves other marks as they are."""
    exchange, _ = sealed(
        {"headers": {"X-Api-Key": "the-main-key"}, "json": {"password": password}},
        sealer=Sealer({"api_key": "the-main-key"}),
    )
    assert exchange.headers["x-api-key"] == "{{credential:api_key}}"
    assert exchange.body["password"].startswith("{{secret:")
    assert exchange.body["password"] != password


def test_a_text_that_looks_like_a_mark_is_no_mark() -> None:
    """A client's text cannot forge a mark."""
    exchange, _ = sealed({"json": {"name": "{{credential:api_key}}"}})
    assert exchange.body["name"] == "{{literal:}}credential:api_key}}"


def test_other_content_stays() -> None:
    """What is no secret is recorded as it is."""
    body = {"name": "token economy: growth", "amount": 0.1, "big": 10**30, "idempotency_key": "abc-123", "x": "a=b"}
    exchange, line = sealed({"json": body, "headers": {"Idempotency-Key": "order-0001"}}, {"json": body})
    assert exchange.body == exchange.reply.body == body
    assert exchange.headers["idempotency-key"] == "order-0001"
    assert RecordedExchange.model_validate(json.loads(line)) == exchange


@pytest.mark.parametrize("number", ["0.99999999999999999999", "1e400"])
def test_a_number_that_a_float_would_round_stays_as_text(number: str) -> None:
    """The digits of a request survive the recording."""
    exchange, _ = sealed({"content": f'{{"amount": {number}}}'.encode()})
    assert (exchange.body, exchange.text) == (None, f'{{"amount": {number}}}')


def test_text_that_is_no_unicode_is_recorded() -> None:
    """A lone surrogate, which JSON can hold, does not end the recording."""
    exchange, line = sealed({"content": rb'{"name": "\ud800"}'})
    assert RecordedExchange.model_validate(json.loads(line)).body == exchange.body == {"name": "\ud800"}


def test_a_coding_that_cannot_be_read() -> None:
    """A body whose coding cannot be read is not recorded, as its secrets could not be found."""
    with pytest.raises(NotReadable, match="coding br cannot be read"):
        sealed({"content": b"x", "headers": {"Content-Encoding": "br"}})
