"""Email addresses: a fast pattern and the library email-validator accept the same ones."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from emulator.web import fields
from emulator.web.fields import Email

EMAIL = TypeAdapter[str](Email)
ENDS = [
    "com",
    "org",
    "io",
    "test",
    "arpa",
    "ARPA",
    "invalid",
    "Local",
    "localhost",
    "onion",
    "c",
    "co1",
    "1",
    "museum",
    "",
]
LOCAL = st.text("abZ09_+-.'é\n ", max_size=70)
LABEL = st.text("abZ09-é_", max_size=66)
ADDRESSES = st.builds(
    lambda local, labels, end: f"{local}@{'.'.join([*labels, end])}",
    LOCAL,
    st.lists(LABEL, max_size=5),
    st.sampled_from(ENDS),
)


def accepted_by_library(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def accepted(address: str) -> bool:
    try:
        return EMAIL.validate_python(address) == address
    except ValidationError:
        return False


@given(ADDRESSES | st.emails())
@example("a" * 64 + "@example.com")
@example("a" * 65 + "@example.com")
@example("a@" + "b" * 63 + ".com")
@example("a@" + "b" * 64 + ".com")
@example("a@" + ".".join(["b" * 60] * 4) + ".com")
@example("a@" + ".".join(["b" * 60] * 4) + ".commm")
@example("a@xn--bcher-kva.com")
@example("a@xn--x.com")
@example("a@ab--cd.com")
@example("a@b-.com")
@example("a@example.com\n")
@example("a.@example.com")
@example("a@foo.test")
@example("a@foo.LOCALHOST")
def test_the_fast_pattern_decides_as_the_library(address: str) -> None:
    """An address is accepted if and only if email-validator accepts it."""
    assert accepted(address) == accepted_by_library(address)


@pytest.mark.parametrize("address", ["ada@example.com", "ada.b+c_d-e@mail-1.example.co"])
def test_ordinary_addresses_are_accepted(address: str) -> None:
    """Ordinary addresses are stored unchanged."""
    assert EMAIL.validate_python(address) == address


def test_long_texts_are_not_remembered() -> None:
    """A text that is too long for an address is refused, and takes no memory afterward."""
    fields._remembered_fault.cache_clear()
    assert fields.email_fault("a" * 10_000 + "@example.com") is not None
    assert fields._remembered_fault.cache_info().currsize == 0
