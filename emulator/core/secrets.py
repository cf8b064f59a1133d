"""What is secret in a request or a reply, of whichever vendor."""

REDACTED = "***"
SECRET_HEADERS = frozenset({b"authorization", b"x-api-key", b"cookie", b"proxy-authorization"})
SECRET_MEMBERS = frozenset({"password", "access", "refresh", "api_key", "access_token"})
