"""Tokens are what PyJWT makes of the same claims."""

import jwt
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.tokens import ALGORITHM, signed, signed_claims, signing_key

CLAIMS = st.dictionaries(
    st.text(max_size=8).filter(lambda name: name not in ("iss", "exp", "iat", "nbf", "sub", "aud", "jti")),
    st.text(max_size=8) | st.integers() | st.booleans() | st.none(),
    max_size=4,
)


@given(CLAIMS, st.integers(0, 3))
def test_a_token_is_what_pyjwt_encodes_and_decodes(claims: dict[str, object], seed: int) -> None:
    """A token has the bytes that PyJWT writes, and its claims are those that were signed."""
    key = signing_key(seed, "any")
    token = signed(claims, key)
    assert token == jwt.encode(claims, key, algorithm=ALGORITHM)
    assert signed_claims(token.encode(), key) == claims
