"""Files, files of transport routes and of freight, and the URLs to which clients put them."""

from urllib.parse import urlsplit

from starlette.responses import Response

from emulator.core.hosts import host_name
from emulator.providers.dcycle import HOSTS
from emulator.providers.dcycle.endpoints.context import authorize, backend, read_part
from emulator.providers.dcycle.wire.incoming import files as incoming
from emulator.providers.dcycle.wire.outgoing import files as outgoing
from emulator.web.replies import reply
from emulator.web.request import Request


def create_file_upload_urls(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewFiles)
    files = [backend(request).files.create(organization, file.terms()) for file in draft.root]
    return reply([outgoing.new_file(file, upload_url(request, file.id)) for file in files])


def confirm_file_uploads(request: Request) -> Response:
    organization, draft = authorize(request, incoming.FileChanges)
    dcycle = backend(request)
    project = None if draft.project_id is None else dcycle.projects.get(organization, draft.project_id)
    files = dcycle.files.confirm(organization, draft.file_ids, draft.status, project)
    return reply([outgoing.file(file, upload_url(request, file.id)) for file in files])


def upload_file(request: Request) -> Response:
    organization, form = authorize(request, incoming.FileForm)
    files = backend(request).files
    file = files.create(organization, form.terms())
    [uploaded] = files.confirm(organization, [file.id], "uploaded", None)
    return reply(outgoing.file(uploaded, upload_url(request, uploaded.id)))


def upload_transports(request: Request) -> Response:
    organization, form = authorize(request, incoming.TransportForm)
    uploads = backend(request).uploads
    upload = uploads.put_content(uploads.create(organization, form.terms()).id, "")
    return reply(outgoing.transport_file(upload))


def create_transport_upload_url(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewTransportUpload)
    upload = backend(request).uploads.create(organization, draft.terms())
    return reply(outgoing.transport_upload(upload, upload_url(request, upload.id)))


def create_logistics_upload_urls(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewLogisticsUpload)
    uploads = {part: backend(request).uploads.create(organization, terms) for part, terms in draft.terms().items()}
    return reply(
        outgoing.logistics_uploads({part: (upload, upload_url(request, upload.id)) for part, upload in uploads.items()})
    )


def put_upload(request: Request) -> Response:
    path, dcycle = read_part(incoming.UploadPath, request), backend(request)
    if path.file_id not in dcycle.files.records:
        dcycle.uploads.put_content(path.file_id, request.content.decode("utf-8-sig", "replace"))
    return Response(status_code=200)


def upload_url(request: Request, id: str) -> str:
    """Return the URL to which a client puts a file: on the vendor's host, or in this space on the requested host."""
    dcycle, host = backend(request), request.header(b"host") or "127.0.0.1"
    if host_name(host) in HOSTS or dcycle.memory.settings.links == "vendor":
        return f"https://{HOSTS[0]}/uploads/{id}"
    pages = urlsplit(dcycle.pages_url or "http:")
    return f"{pages.scheme}://{host}{pages.path.partition('/_emulator')[0]}/dcycle/uploads/{id}"
