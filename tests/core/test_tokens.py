"""Tokens are what PyJWT makes of the same claims."""

import jwt
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.tokens import ALGORITHM, signed, signed_claims, signing_key

TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
NUMBERS = st.integers(0, 2**53)
CLAIMS = st.fixed_dictionaries({}, optional={"sub": TEXTS, "jti": TEXTS, "user_id": NUMBERS, "exp": NUMBERS})


@given(CLAIMS, st.integers(0, 3))
def test_a_token_is_what_pyjwt_encodes_and_decodes(claims: dict[str, object], seed: int) -> None:
    """A token has the bytes that PyJWT writes, and its claims are those that were signed."""
    key = signing_key(seed, "any")
    token = signed(claims, key)
    assert token == jwt.encode(claims, key, algorithm=ALGORITHM)
    assert signed_claims(token.encode(), key) == claims
