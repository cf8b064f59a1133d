"""JSON without rounding: which numbers stay exact, and what is refused as JSON."""

import json
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic_core import from_json

from emulator.core import exact_json

DIGITS = st.text("0123456789", min_size=1, max_size=40) | st.text("0123456789", min_size=13, max_size=17)
"""The digits of a number; often as many as a double has, or one more."""

NUMBERS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-"]),
    st.one_of(st.just("0"), DIGITS.map(lambda digits: "1" + digits)),
    st.one_of(st.just(""), DIGITS.map(".".__add__)),
    st.one_of(
        st.just(""),
        st.builds("{}{}{}".format, st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), st.integers(0, 400)),
    ),
)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
)


@given(NUMBERS)
def test_a_number_keeps_its_digits(text: str) -> None:
    """A number equals the decimal in the text, in any notation and at any position."""
    for document in (text, f"[{text}]", f'{{"amount": {text}}}'):
        content = exact_json.parse(document.encode())
        number = (
            content[0] if isinstance(content, list) else content["amount"] if isinstance(content, dict) else content
        )
        assert exact_json.decimal(number) == Decimal(text)


@given(NUMBERS)
def test_a_number_is_written_with_its_digits(text: str) -> None:
    """A number is written unchanged, unless it is an integer that exceeds the writer's 64 bits."""
    number = exact_json.parse(text.encode())
    if not isinstance(number, int) or number.bit_length() < 64:
        assert Decimal(exact_json.dump(number).decode()) == Decimal(text)


@pytest.mark.parametrize("digits", [*range(14, 20)])
@pytest.mark.parametrize("ending", ["", "e0", "e5", "E-9", "e+22", "e-22"])
def test_a_number_of_about_a_doubles_digits_is_exact(digits: int, ending: str) -> None:
    """A number keeps its digits where a double just has, or just has not, as many; beside any other number."""
    for first in range(1, 10):
        text = f"{first}{'0' * (digits - 3)}93{ending}"
        for beside in ("1", "0.12345678901234567890"):
            number, _ = exact_json.parse(f"[{text}, {beside}]".encode())
            assert exact_json.decimal(number) == Decimal(text)


@pytest.mark.parametrize("text", ["5", "5.0", "12.5", "0.1", "1e2", "1e22", "0.000001", "123456789012345", "1.10"])
def test_an_ordinary_number_is_an_int_or_a_float(text: str) -> None:
    """A number becomes a Decimal only where a float would print differently."""
    assert type(exact_json.parse(text.encode())) in (int, float)


@given(DOCUMENTS)
def test_ordinary_json_is_read_like_any_json(content: object) -> None:
    """Content without long numbers is read as by any JSON reader."""
    document = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    assert exact_json.parse(document) == from_json(document)


@given(st.text('[]{}":,0.1-+eE tfnul\\/\x00ü', max_size=10), st.sampled_from([0, 199, 200, 201]))
def test_what_is_json_depends_on_no_parser(text: str, depth: int) -> None:
    """Every reader that ``parse`` uses accepts the same documents, whatever their size and depth."""
    document = b"[" * depth + text.encode() + b"]" * depth
    try:
        expected = from_json(document, allow_inf_nan=False)
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011  # the parsers' own messages
            exact_json.parse(document)
    else:
        assert exact_json.parse(document) == expected


@pytest.mark.parametrize("long", [b"", b"0.12345678901234567890, "])
@pytest.mark.parametrize(
    "body",
    [
        *(b"NaN", b"Infinity", b"-Infinity", b"01", b"1.", b"1,"),
        *(b"1e5000", b"1e-5000", b"1e99999999999999999999", b"1" * 4301, b"0." + b"1" * 4300),
        *(b'"\\ud800"', b'"\x00"', b"'1'", b"[" * 201 + b"]" * 201),
    ],
)
def test_invalid_json_is_refused(long: bytes, body: bytes) -> None:
    """Constants that JSON lacks, infinite numbers, deep nesting and bad text are refused, also beside a long number."""
    with pytest.raises(ValueError):  # noqa: PT011  # the parsers' own messages
        exact_json.parse(b"[" + long + body + b"]")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (b"5", b"5.0"),
        (b"5", b"5.000000000000000000000"),
        (b"100", b"1e2"),
        (b"0.5", b"0.50000000000000000000"),
        (b"1180591620717411303424", b"1180591620717411303424.0"),
        (b"0.000000000000000000012", b"1.20e-20"),
        (b"1" + b"0" * 90, b"10.0e89"),
        (b"0." + b"0" * 90 + b"12", b"120e-93"),
        (b"-12" + b"0" * 4000, b"-1.20e4001"),
        (b"0", b"-0.0e99"),
        (b'{"a":[1.0],"b":2}', b'{"b":2,"a":[1]}'),
    ],
)
def test_equal_content_has_one_canonical_document(first: bytes, second: bytes) -> None:
    """Equal content has one canonical document, for any notation of numbers and order of members."""
    assert exact_json.canonical(exact_json.parse(first)) == exact_json.canonical(exact_json.parse(second))


@given(st.floats(allow_nan=False, allow_infinity=False) | st.floats(-1, 1) | st.floats(-(2**54), 2**54).map(round))
@example(float(2**53))
@example(1e-4)
@example(-0.0)
def test_a_double_has_the_canonical_document_of_its_digits(double: float) -> None:
    """A double and the same number as a Decimal have one canonical document."""
    exact = Decimal(repr(double)) * Decimal("1.000")
    assert exact_json.canonical(float(double)) == exact_json.canonical(exact)


@pytest.mark.parametrize("text", ["1e4299", "1e-4299", "-12e4000"])
def test_a_canonical_number_is_short(text: str) -> None:
    """A short number has a short canonical document, whatever its value is: to write all its digits would take long."""
    assert len(exact_json.canonical(exact_json.parse(text.encode()))) <= len(text) + 1


@given(NUMBERS, NUMBERS)
def test_different_numbers_have_different_canonical_documents(first: str, second: str) -> None:
    """Two numbers have the same canonical document if and only if they are equal."""
    same = exact_json.canonical(exact_json.parse(first.encode())) == exact_json.canonical(
        exact_json.parse(second.encode())
    )
    assert same == (Decimal(first) == Decimal(second))


@given(st.dictionaries(st.text(), DOCUMENTS | st.integers(-(2**70), 2**70)))
@example({"amount": 2**64 - 1, "id": -(2**63)})
@example({"amount": 2**64, "id": "a"})
def test_an_object_has_the_same_canonical_document_everywhere(content: dict[str, object]) -> None:
    """An object is written by itself as it is written inside another document."""
    parsed = exact_json.parse(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))
    assert exact_json.canonical([parsed]) == b"[" + exact_json.canonical(parsed) + b"]"
