"""Files: ``/v1/files``, and files of transport routes and of freight."""

import re
from collections.abc import Mapping
from datetime import timedelta

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory.files import File
from emulator.providers.dcycle.memory.uploads import Upload

EXPIRES_AFTER = timedelta(hours=1)


def file(file: File, url: str) -> dict[str, object]:
    """Return a file."""
    return {"id": file.id, "status": file.status, "url": url}


def new_file(shown: File, url: str) -> dict[str, object]:
    """Return a file, and where a client puts its content."""
    return {**file(shown, url), "presigned_url": url}


def transport_file(upload: Upload) -> dict[str, object]:
    """Return a file of routes that came as a form."""
    return {"message": "Transport route file uploaded", "file_id": upload.id}


def transport_upload(upload: Upload, url: str) -> dict[str, object]:
    """Return where a client puts a file of routes."""
    direction = upload.terms.direction
    return {
        "upload_url": url,
        "file_id": upload.id,
        "file_name": re.sub(r"[^A-Za-z0-9_]", "", upload.terms.file_name.rpartition(".")[0]),
        "destination_file_key": (
            f"heavy-files/transport-and-distribution-{direction}/{upload.organization_id}/{upload.id}"
        ),
        "message": "Presigned URL created",
    }


def logistics_uploads(uploads: Mapping[str, tuple[Upload, str]]) -> dict[str, object]:
    """Return where a client puts the files of legs and of recharges."""
    return {
        part: {
            "upload_url": url,
            "file_id": upload.id,
            "expires_at": seconds(upload.created_at + EXPIRES_AFTER),
        }
        for part, (upload, url) in uploads.items()
    }
