"""The fast path for bodies: what it takes becomes the draft that the model would make, and it leaves the rest to it."""

import json
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.core import exact_json
from emulator.providers import ALL
from emulator.web.fast_body import fast_readers
from emulator.web.model import Model
from emulator.web.reading import read

for name in ALL:
    import_module(f"emulator.providers.{name}.wire.incoming")

MODELS = sorted(fast_readers, key=lambda model: (model.__module__, model.__name__))

USUAL = {
    "amount": ["1", "5", "10000000", "1000000000"],
    "amount_kg": ["1", "10", "0.5", "1000000000", "2.50"],
    "customer_email": ['"ada@example.com"', '"grace.hopper@navy.mil"'],
    "customer_name": ['"Ada"', '"Zo\\u00eb"', '"Zoë"'],
    "notify": ["true", "false"],
    "category": ['"food"'],
    "metadata": ['"a text"', '"\\"quoted\\"\\n"', '""', f'"{"x" * 512}"'],
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


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=300)
@given(data=st.data())
def test_a_fast_body_becomes_the_draft_of_its_model(model: Any, data: st.DataObject) -> None:
    """A fast body is one that its model accepts, and becomes an equal draft, with the same digits."""
    body = data.draw(bodies(model))
    draft = fast_readers[model](body)
    if draft is not None:
        assert repr(draft) == repr(read(model, exact_json.parse(body)).draft)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("depth", [1, 199, 200, 201, 300, 5000])
def test_a_deep_value_that_is_replaced_counts(model: Any, depth: int) -> None:
    """A member that comes twice has its last value, but the nesting of the first one has its limit, too."""
    name, value = next(iter(EXAMPLES[model.__name__].items()))
    body = f'{{"{name}": {"[" * depth}{"]" * depth}, "{name}": {value}}}'.encode()
    fast = fast_readers[model](body)
    if depth < exact_json.NESTING_MAX:
        assert fast in (None, read(model, exact_json.parse(body)).draft)
    else:
        assert fast is None


CUSTOMER = {"customer_email": "ada@example.com", "customer_name": "Zoë", "notify": False}
EXAMPLES: dict[str, dict[str, object]] = {
    "MassOrPriceOrder": {"amount_kg": 10, "metadata": "a text", "description": None, "portfolio_id": "some-id"},
    "MassQuote": {"amount_kg": 2.5, "portfolio_id": "some-id", "source": "checkout"},
    "NewDonation": {"amount": 1_000_000_000, **CUSTOMER, "category": "any"},
    "NewImpact": {"amount": 10_000_000, **CUSTOMER},
    "NewTrees": {"amount": 1, **CUSTOMER, "category": "food"},
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("escaped", [True, False])
def test_usual_bodies_are_fast(model: type[Model], escaped: bool) -> None:
    """A body with every member that the fast path knows needs no model, and neither does one with the first alone."""
    example = EXAMPLES[model.__name__]
    first = dict([next(iter(example.items()))])
    for body in (example, first):
        assert fast_readers[model](json.dumps(body, ensure_ascii=escaped).encode()) is not None
