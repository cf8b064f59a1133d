"""The fast path: a body or a query that it takes becomes the draft that the model would make."""

import json
from importlib import import_module
from itertools import product
from pkgutil import walk_packages
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import providers
from emulator.core import exact_json
from emulator.web.fast_draft import fast_readers
from emulator.web.model import Model, Query
from emulator.web.reading import _parameters, read

for module in walk_packages(providers.__path__, "emulator.providers."):
    if ".wire" in module.name:
        import_module(module.name)

MODELS = sorted(fast_readers, key=lambda model: (model.__module__, model.__name__))
BODIES = [model for model in MODELS if not issubclass(model, Query)]
QUERIES = [model for model in MODELS if issubclass(model, Query)]


def called(model: type[Model]) -> str:
    """Return a provider's name, and a model's: several have a model of that name."""
    return f"{model.__module__.split('.')[2]}.{model.__name__}"


USUAL = {
    "amount": ["1", "5", "10000000", "1000000000"],
    "amount_kg": ["1", "10", "0.5", "1000000000", "2.50"],
    "customer_email": ['"ada@example.com"', '"grace.hopper@navy.mil"'],
    "customer_name": ['"Ada"', '"Zo\\u00eb"', '"Zoë"'],
    "notify": ["true", "false"],
    "category": ['"food"'],
    "metadata": [
        *('"a text"', '"\\"quoted\\"\\n"', '""', f'"{"x" * 512}"'),
        *(
            '{"order": "o-1"}',
            '{"order": "o-1", "order": ""}',
            "{}",
            '{"gift": "x"}',
            '{"order": 1}',
            '{"order": null}',
        ),
        *(json.dumps({"k" * length: "v"}) for length in (40, 41)),
        *(json.dumps({"💥": "💥" * length}) for length in (500, 501)),
        *(json.dumps({str(n): "v" for n in range(count)}) for count in (20, 21)),
    ],
    "source": ['"api"', '"checkout"'],
}
NUMBERS = [
    *(
        "0",
        "-0",
        "-1",
        "-0.0",
        "5.0",
        "5e0",
        "1E1",
        "0.1000000000000000055",
        "9007199254740993",
        str(2**63),
        str(2**64),
    ),
    *("10000001", "1000000000.0", "1000000000.0000000001", "1000000001", "1e-400", "1e-5000", "1e400", "1e99999"),
    *("1" * 4301, "0." + "1" * 5000, "01", "1.", ".5", "+1", "NaN", "Infinity", "--1"),
]
TEXTS = [
    *('""', '"5"', '"x"', '"a@b"', '"ADA@EXAMPLE.COM"', '"ada@localhost"', '"Food"', '"api "', f'"{"é" * 512}"'),
    *(f'"{"x" * 513}"', f'"{"💥" * 512}"', '"\\u0000"', '"\\\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', '"\udcff"'),
    *('"\x00"', '"\t"', '"unfinished', "'x'"),
]
OTHERS = ["null", "true", "[]", "{}", '{"amount": 5}', "[" * 250 + "]" * 250, "[" * 5000 + "]" * 5000]
MEMBERS = ("metadata", "notification_config", "total_price_usd_cents", "other")
ENDS = ["}"] * 8 + ["} ", "", "}}", ",}", ', "amount": 7}', ', "amount_kg": null}', ', "other": 1}', "\ufeff}"]


@st.composite
def bodies(draw: st.DrawFn, model: type[Model]) -> bytes:
    """Return a body with some of a model's members, most of them valid; a surrogate is a byte that is no UTF-8."""
    written = []
    for name in [*model.model_fields, *MEMBERS]:
        usual = USUAL.get(name, ['"some-id"'])
        if draw(st.integers(0, 9)) < (7 if name in model.model_fields else 1):
            value = draw(st.sampled_from(usual * 20 + NUMBERS + TEXTS + OTHERS))
            written.append(f'"{name}": {value}')
    draw(st.randoms(use_true_random=False)).shuffle(written)
    text = "{" + ", ".join(written) + draw(st.sampled_from(ENDS))
    return text.encode(errors="surrogateescape")


@pytest.mark.parametrize("model", BODIES, ids=called)
@settings(max_examples=300)
@given(data=st.data())
def test_a_fast_body_becomes_the_draft_of_its_model(model: Any, data: st.DataObject) -> None:
    """A fast body is one that its model accepts, and becomes an equal draft, with the same digits."""
    body = data.draw(bodies(model))
    draft = fast_readers[model](body)
    if draft is not None:
        assert repr(draft) == repr(read(model, exact_json.parse(body)).draft)


@pytest.mark.parametrize("model", BODIES, ids=called)
@pytest.mark.parametrize("depth", [1, 199, 200, 201, 300, 5000])
def test_a_deep_value_that_is_replaced_counts(model: Any, depth: int) -> None:
    """A member that comes twice has its last value, but the nesting of the first one has its limit, too."""
    name, value = next(iter(EXAMPLES[called(model)].items()))
    body = f'{{"{name}": {"[" * depth}{"]" * depth}, "{name}": {value}}}'.encode()
    fast = fast_readers[model](body)
    if depth < exact_json.NESTING_MAX:
        assert fast in (None, read(model, exact_json.parse(body)).draft)
    else:
        assert fast is None


CUSTOMER = {
    "customer_email": "ada@example.com",
    "customer_name": "Zoë",
    "notify": False,
    "metadata": {"order": "o-1", "Stadt": "Köln"},
}
EXAMPLES: dict[str, dict[str, object]] = {
    "cnaught.MassOrPriceOrder": {"amount_kg": 10, "metadata": "a text", "description": None, "portfolio_id": "some-id"},
    "cnaught.MassQuote": {"amount_kg": 2.5, "portfolio_id": "some-id", "source": "checkout"},
    "oneclickimpact.NewDonation": {"amount": 1_000_000_000, **CUSTOMER, "category": "any"},
    "oneclickimpact.NewImpact": {"amount": 10_000_000, **CUSTOMER},
    "oneclickimpact.NewTrees": {"amount": 1, **CUSTOMER, "category": "food"},
}


@pytest.mark.parametrize("model", BODIES, ids=called)
@pytest.mark.parametrize("escaped", [True, False])
def test_usual_bodies_are_fast(model: type[Model], escaped: bool) -> None:
    """A body with every member that the fast path knows needs no model, and neither does one with the first alone."""
    example = EXAMPLES[called(model)]
    first = dict([next(iter(example.items()))])
    for body in (example, first):
        assert fast_readers[model](json.dumps(body, ensure_ascii=escaped).encode()) is not None


# --- queries

WORDS = [
    *("BUY", "SELL", "scope", "category", "month", "asc", "desc", "carbon_captured", "tree_planted", "not_calculated"),
    *("some-id", "true", "false"),
]
DAYS = ["2024-02-29", "2025-01-01", "0001-01-01", "9999-12-31"]
QUERY_NUMBERS = ["0", "1", "20", "100", "101", "1000", "1001", str(2**53 - 1), str(2**53), "9" * 30, "9" * 101]
STRANGE = [
    *("", "-0", "-1", "+5", "007", "1.0", "1e1", "1E1", "5.", "0x10", "1_000", " 5", "5 ", "٣", "NaN", "null", "None"),
    *("True", "1e400", "yes", "on", "t", "BUY ", "buy", "Scope", "1700000000", "=", "a=b", "&", "%"),
    *("2023-02-29", "2024-1-1", "20240101", "2024-02-29T00:00:00", "2024-02-29T00:00:00Z", "0000-01-01", "2024-02-30"),
    *('"', '","limit":"5', "\\", "\\u0041", "\x00", "é", "\\ud83d", "a+b", "a%20b", "[1]", "{}", "x" * 300),
]


@st.composite
def queries(draw: st.DrawFn, model: type[Model]) -> str:
    """Return a query with some of a model's parameters, most of them valid, percent-encoded or not."""
    parameters, usual = [], QUERY_EXAMPLES[called(model)]
    for name in (field.alias or name for name, field in model.model_fields.items()):
        counts = [0, 0, 0, 0, 1, 1, 1, 1, 1, 2] if name in usual else [0] * 49 + [1]
        for _ in range(draw(st.sampled_from(counts))):
            alike = next(kind for kind in (QUERY_NUMBERS, DAYS, WORDS) if usual.get(name, "some-id") in kind)
            parameters.append((name, draw(st.sampled_from(alike * 20 + WORDS + DAYS + QUERY_NUMBERS + STRANGE))))
    if draw(st.integers(0, 19)) == 19:
        parameters.append((draw(st.sampled_from(["other", "", "limit[]", "page "])), "1"))
    draw(st.randoms(use_true_random=False)).shuffle(parameters)
    separator = draw(st.sampled_from(["&"] * 29 + ["&&", ";", "& "]))
    if draw(st.booleans()):
        return urlencode(parameters).replace("&", separator)
    return separator.join(f"{name}={value}" for name, value in parameters)


@pytest.mark.parametrize("model", QUERIES, ids=called)
@settings(max_examples=500)
@given(data=st.data())
def test_a_fast_query_becomes_the_draft_of_its_model(model: Any, data: st.DataObject) -> None:
    """A fast query is one that its model accepts, and becomes an equal draft."""
    query = data.draw(queries(model)).encode()
    draft = fast_readers[model](query)
    if draft is not None:
        assert repr(draft) == repr(read(model, _parameters(query.decode("latin-1"), model.repeated)).draft)


@pytest.mark.parametrize("model", QUERIES, ids=called)
def test_each_value_is_read_alike(model: Any) -> None:
    """Each value, alone and in place of one of a usual query, is read as the model reads it, or left to it."""
    usual = QUERY_EXAMPLES[called(model)]
    for name, value in product(usual, WORDS + DAYS + QUERY_NUMBERS + STRANGE):
        for query in (
            f"{name}={value}",
            "&".join(f"{each}={usual[each] if each != name else value}" for each in usual),
        ):
            draft = fast_readers[model](query.encode())
            if draft is not None:
                assert repr(draft) == repr(read(model, _parameters(query, model.repeated)).draft)


QUERY_EXAMPLES: dict[str, dict[str, str]] = {
    "cnaught.Page": {"limit": "100", "starting_after": "some-id", "ending_before": "some-id"},
    "cnaught.Period": {"from": "2024-02-29", "to": "2025-01-01"},
    "dcycle.InvoicePage": {
        "page": "20", "size": "100", "start_date": "2024-02-29", "end_date": "2025-01-01", "invoice_id": "some-id",
        "co2e_status": "not_calculated",
    },
    "dcycle.TotalImpactsQuery": {
        "start_date": "2024-02-29", "end_date": "2025-01-01", "group_by": "month", "include_children": "true"
    },
    "oneclickimpact.RecordQuery": {
        "limit": "1000", "filter_by": "tree_planted", "start_date": "2024-02-29", "end_date": "2025-01-01",
        "cursor": "some-id", "sort_order": "desc",
    },
    "thallo.InventoryQuery": {
        "page": "20", "per_page": "100", "trades_per_wallet": "0", "trade_type": "BUY", "wallet_min_quantity": "1000"
    },
    "thallo.PageQuery": {"page": "20", "per_page": "100"},
}  # fmt: skip


@pytest.mark.parametrize("model", QUERIES, ids=called)
def test_usual_queries_are_fast(model: Any) -> None:
    """A query with every parameter that the fast path knows needs no model; if all may repeat, none may."""
    usual = urlencode(QUERY_EXAMPLES[called(model)])
    assert fast_readers[model](usual.encode()) is not None
    again = fast_readers[model](f"{usual}&{usual}".encode())
    assert (again is None) == (model.repeated is None)
