"""Refusals of a client or of its organization: 401 and 403."""

from emulator.providers.dcycle.errors.refusal import DcycleRefusal


class InvalidApiKey(DcycleRefusal):
    """The API key is missing or unknown: the vendor does not say which."""

    status = 401
    detail = "Invalid API key"
    code = "INVALID_API_KEY"

    def __init__(self, rule: str | None = None) -> None:
        self.rule = rule


class InvalidApiKeyForOrganization(InvalidApiKey):
    """The same, in the words of the pages on transport routes."""

    detail = "Invalid API key for organization"


class InvalidCredentials(DcycleRefusal):
    """The email address or the password is wrong: the vendor does not say which."""

    status = 401
    detail = "Invalid email or password"
    code = "INVALID_CREDENTIALS"
    rule = "dcycle.login.refused"


class Forbidden(DcycleRefusal):
    """The organization is out of the client's reach or does not exist: the vendor does not say which."""

    status = 403
    detail = "Logged User is not Member of Organization"
    code = "LOGGED_USER_NOT_MEMBER"

    def __init__(self, rule: str | None = None) -> None:
        self.rule = rule


class UnknownOrganization(Forbidden):
    """No organization has this id. Two pages print another status: see ``OrganizationNotFound``."""

    def __init__(self) -> None:
        super().__init__("dcycle.organization.unknown")


class FacilityOfOtherOrganization(DcycleRefusal):
    """The facility belongs to another organization. Here the vendor says so, without a code."""

    status = 403
    detail = "Facility doesn't belong to organization"
    rule = "dcycle.facilities.of-another"


class LogisticHubOfOtherOrganization(DcycleRefusal):
    """The hub belongs to another organization: without a code, too."""

    status = 403
    detail = "Logistic hub doesn't belong to organization"
    rule = "dcycle.hubs.of-another"
