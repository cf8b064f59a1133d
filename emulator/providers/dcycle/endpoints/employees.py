"""Employees, and how they commute."""

from starlette.responses import Response

from emulator.providers.dcycle.endpoints.context import authorize, backend
from emulator.providers.dcycle.wire.incoming import employees as incoming
from emulator.providers.dcycle.wire.outgoing import employees as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import page
from emulator.web.replies import reply
from emulator.web.request import Request


def list_employees(request: Request) -> Response:
    organization, query = authorize(request, incoming.EmployeePage)
    employees = backend(request).employees
    found = employees.find_commuting(organization, query.filter)
    return reply(page(found, query, lambda employee: outgoing.employee(employee, employees.periods(employee))))


def create_employee(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewEmployee)
    employee = backend(request).employees.create(organization, draft.terms())
    return reply(outgoing.employee(employee, None), 201)


def get_employee(request: Request) -> Response:
    organization, path = authorize(request, incoming.EmployeePath)
    employees = backend(request).employees
    employee = employees.get(organization, path.employee_id)
    return reply(outgoing.employee(employee, employees.periods(employee)))


def update_employee(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.EmployeePath, incoming.EmployeeChanges)
    employees = backend(request).employees
    employee = employees.get(organization, path.employee_id)
    changed = employees.update(employee, changes.changed(employee.terms))
    return reply(outgoing.employee(changed, employees.periods(changed)))


def delete_employee(request: Request) -> Response:
    organization, path = authorize(request, incoming.EmployeePath)
    backend(request).employees.delete(organization, path.employee_id)
    return Response(status_code=204)


def list_commuting_periods(request: Request) -> Response:
    organization, query = authorize(request, incoming.CommutingPage)
    employees = backend(request).employees
    found = employees.periods(employees.get(organization, query.employee_id))
    return reply(page(found, query, outgoing.commuting_period))


def create_commuting_period(request: Request) -> Response:
    organization, draft = authorize(request, incoming.NewCommutingPeriod)
    period = backend(request).employees.commute(organization, draft.terms())
    return reply(outgoing.commuting_period(period), 201)


def update_commuting_period(request: Request) -> Response:
    organization, path, changes = authorize(request, incoming.CommutingPath, incoming.CommutingChanges)
    periods = backend(request).commuting_periods
    period = periods.get(organization, path.employee_historic_id)
    return reply(outgoing.commuting_period(periods.update(period, changes.changed(period.terms))))


def delete_commuting_period(request: Request) -> Response:
    organization, path = authorize(request, incoming.CommutingPath)
    backend(request).commuting_periods.delete(organization, path.employee_historic_id)
    return Response(status_code=204)
