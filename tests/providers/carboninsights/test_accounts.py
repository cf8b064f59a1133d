"""Registration: its reply, its limits, its refusals."""

import pytest

from tests.providers.carboninsights.conftest import NEW_USER, NULL, SAMPLE_USER, WRONG_TEXTS, log_in, required
from tests.support.caller import Caller

TOO_LONG = "Ensure this field has no more than 49 characters."
TOO_SHORT = "Ensure this field has at least 8 characters."
NO_ADDRESS = "Enter a valid email address."


@pytest.mark.rule("carboninsights.register.reply", "carboninsights.register.status", "carboninsights.token.open")
def test_a_registration_takes_effect_at_once(carboninsights: Caller) -> None:
    """A registration answers 201 with one sentence and no token, and the account can log in."""
    reply = carboninsights.post("/register", NEW_USER, headers={"Authorization": "Token nonsense"})
    message = "Account with username newcomer created successfully. Use credentials to generate authorization token."
    assert (reply.status_code, reply.json()) == (201, {"message": message})
    assert log_in(carboninsights, NEW_USER).keys() == {"access", "refresh"}


@pytest.mark.rule("carboninsights.register.sample-account")
def test_the_sample_account_can_be_registered_once(carboninsights: Caller) -> None:
    """The documented registration succeeds once, although the account can log in before."""
    assert log_in(carboninsights).keys() == {"access", "refresh"}
    assert carboninsights.post("/register", {**SAMPLE_USER, "password": " Sav3Th3Whal3s "}).status_code == 201
    assert log_in(carboninsights).keys() == {"access", "refresh"}
    assert carboninsights.post("/register", SAMPLE_USER).status_code == 400


@pytest.mark.rule("carboninsights.register.sample-account")
@pytest.mark.parametrize("password", ["0therPassw0rd", "sav3th3whal3s", "short", 12345678, None])
def test_the_sample_account_is_not_taken_over(carboninsights: Caller, password: object) -> None:
    """A registration of the sample's username with another password is refused, and the account stays as it is."""
    before = carboninsights.space.snapshot()
    reply = carboninsights.post("/register", {**SAMPLE_USER, "password": password})
    assert (reply.status_code, reply.json()["username"]) == (400, ["A user with that username already exists."])
    assert carboninsights.space.snapshot() == before
    assert log_in(carboninsights).keys() == {"access", "refresh"}


@pytest.mark.rule("carboninsights.register.username-taken")
def test_a_username_is_taken_once(carboninsights: Caller) -> None:
    """A second registration of a username is refused and leaves the first unchanged."""
    assert carboninsights.post("/register", NEW_USER).status_code == 201
    reply = carboninsights.post("/register", {**NEW_USER, "password": "0therPassw0rd"})
    assert (reply.status_code, reply.json()) == (400, {"username": ["A user with that username already exists."]})
    assert log_in(carboninsights, NEW_USER).keys() == {"access", "refresh"}
    assert carboninsights.post("/register", {**NEW_USER, "username": "Newcomer"}).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param(field, value, marks=pytest.mark.rule(*rules.split()))
        for field, value, rules in [
            ("username", "u" * 49, "carboninsights.register.names-length"),
            ("first_name", "ü" * 49, "carboninsights.register.names-length"),
            ("last_name", "n" * 49, "carboninsights.register.names-length"),
            ("password", "p" * 8, "carboninsights.register.password-length"),
            ("password", "p" * 4000, "carboninsights.register.password-length"),
            *(
                ("email", address, "carboninsights.register.email-words")
                for address in ("a@localhost", "a@bücher.de", "a@[127.0.0.1]", "a@[::1]", '"q"@c.co', r'"\"\ "@c.co')
            ),
            ("email", "a.b+c@sub.example.co", "carboninsights.register.email-form"),
            ("email", SAMPLE_USER["email"], "carboninsights.register.no-other-rules"),
            ("username", "né à l'ombre ☂", "carboninsights.register.no-other-rules"),
            ("password", "password", "carboninsights.register.no-other-rules"),
            ("password", "12345678", "carboninsights.register.no-other-rules"),
            ("password", NEW_USER["username"].upper(), "carboninsights.register.password-not-username-words"),
        ]
    ],
)
def test_valid_values_are_accepted(carboninsights: Caller, field: str, value: str) -> None:
    """Values within the documented limits are accepted, without further rules."""
    assert carboninsights.post("/register", {**NEW_USER, field: value}).status_code == 201


@pytest.mark.rule("carboninsights.input.invalid-status")
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        pytest.param(field, value, sentence, marks=pytest.mark.rule(*rules))
        for field, value, sentence, *rules in [
            *(
                (
                    name,
                    "x" * 50,
                    TOO_LONG,
                    "carboninsights.register.names-length",
                    "carboninsights.register.length-words",
                )
                for name in ("username", "first_name", "last_name")
            ),
            ("password", "x" * 7, TOO_SHORT, "carboninsights.register.password-length"),
            ("password", 1234567, TOO_SHORT, "carboninsights.register.length-words"),
            ("password", "  1234567  ", TOO_SHORT, "carboninsights.input.text-number"),
            (
                "password",
                NEW_USER["username"],
                "Password must be distinct from username.",
                "carboninsights.register.password-not-username",
                "carboninsights.register.password-not-username-words",
            ),
            ("email", "nope", NO_ADDRESS, "carboninsights.register.email-form"),
            *(
                ("email", address, NO_ADDRESS, "carboninsights.register.email-words")
                for address in (
                    *("nope", "a@b", "a@b.c", "a b@example.com", "ä@example.com", "a..b@example.com", 5),
                    *(
                        "a@bücher..de",
                        "a@ü.",
                        "a@[127.0.0]",
                        "a@[127.0.0.1",
                        "a@[x]",
                        '"a"b"@c.co',
                        '"a b"@c.co',
                        '"ä"@c.co',
                    ),
                )
            ),
            *(
                (name, value, sentence, "carboninsights.input.text-wrong")
                for name in NEW_USER
                for value, sentence in WRONG_TEXTS
            ),
        ]
    ],
)
def test_an_invalid_field_is_refused(carboninsights: Caller, field: str, value: object, sentence: str) -> None:
    """An invalid field is refused under its name."""
    reply = carboninsights.post("/register", {**NEW_USER, field: value})
    assert (reply.status_code, reply.json()) == (400, {field: [sentence]})


@pytest.mark.rule("carboninsights.input.all-fields-reported")
def test_all_invalid_fields_are_reported(carboninsights: Caller) -> None:
    """One reply names every invalid field and no other."""
    carboninsights.post("/register", NEW_USER)
    body = {"username": "newcomer", "password": "short", "first_name": None, "email": "nope", "last_name": "fine"}
    assert carboninsights.post("/register", body).json() == {
        "username": ["A user with that username already exists."],
        "password": [TOO_SHORT],
        "first_name": [NULL],
        "email": [NO_ADDRESS],
    }
    assert carboninsights.post("/register", {}).json() == required(NEW_USER)


@pytest.mark.rule("carboninsights.input.text-number")
def test_numbers_count_as_text_and_blanks_are_trimmed(carboninsights: Caller) -> None:
    """A number counts as its text, and outer blanks are trimmed, at the login as well."""
    body = {**NEW_USER, "username": 4711, "password": "  12345678\n", "email": " a@example.com "}
    assert "username 4711 created" in carboninsights.post("/register", body).json()["message"]
    for username in (4711, 4711.0, " 4711"):
        assert carboninsights.post("/token", {"username": username, "password": 12345678}).status_code == 200


def test_no_password_is_stored(carboninsights: Caller) -> None:
    """The memory contains no password, and two accounts with one password have different hashes."""
    for username in ("first", "second"):
        carboninsights.post("/register", {**NEW_USER, "username": username})
    memory = carboninsights.space.snapshot()["memory"]["carboninsights"]
    assert NEW_USER["password"] not in str(memory)
    hashes = {account["password_hash"] for account in memory["accounts"].values()}
    assert len(hashes) == 2


def test_ids_are_consecutive(carboninsights: Caller) -> None:
    """The sample account keeps its id when it is registered; every other account gets the next id."""
    for username in ("first", SAMPLE_USER["username"], "second"):
        carboninsights.post("/register", {**SAMPLE_USER, "username": username})
    accounts = carboninsights.space.snapshot()["memory"]["carboninsights"]["accounts"]
    assert {name: account["id"] for name, account in accounts.items()} == {"first": 2, "ilovetheplanet": 1, "second": 3}
