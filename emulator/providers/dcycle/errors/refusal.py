"""What every refusal of Dcycle has: a status, a detail, and mostly a code."""

from emulator.core.errors import Refusal


class DcycleRefusal(Refusal):
    """``detail`` describes the refusal, ``code`` names it."""

    detail: str
    code: str | None = None

    def body(self) -> dict[str, object]:
        document: dict[str, object] = {"detail": self.detail}
        if self.code is not None:
            document["code"] = self.code
        return document
