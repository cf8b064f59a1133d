"""Custom KPIs and their datasets."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.context import author, authorize, backend
from emulator.providers.dcycle.wire.incoming import kpis as incoming
from emulator.providers.dcycle.wire.outgoing import kpis as outgoing
from emulator.web.replies import reply
from emulator.web.request import Request


def create_kpi_dataset(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewDataset)
    datasets = backend(request).kpi_datasets
    kpis = [kpi.terms() for kpi in draft.kpis]
    dataset = datasets.create_with(organization, draft.terms(author(request)), kpis)
    return reply(outgoing.dataset(dataset, datasets.kpis(dataset)), 201)


def create_kpi(request: Request) -> Response:
    organization, path, draft = authorize(request, incoming.DatasetPath, incoming.NewKpi)
    datasets = backend(request).kpi_datasets
    dataset = datasets.get(organization, path.dataset_id)
    return reply(outgoing.kpi(datasets.add(organization, dataset, draft.terms())), 201)
