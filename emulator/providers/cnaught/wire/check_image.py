"""The logo of a subaccount, which is sent as it is."""

from emulator.providers.cnaught import errors

IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp", "image/svg+xml")


def check_image(media_type: str, image: bytes) -> None:
    """Check the body of ``PUT /subaccounts/{id}/logo``: any bytes of an image's type. Raises NotAnImage."""
    if media_type not in IMAGE_TYPES or not image:
        raise errors.NotAnImage(IMAGE_TYPES)
