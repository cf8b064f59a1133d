"""What the pytest plugin does once a test uses a space. ``carbon_emulator_pytest`` has its fixtures and hooks."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from json import dumps
from pathlib import Path
from re import sub
from shlex import quote
from typing import Any

import pytest
from httpx import TransportError

from carbon_emulator_pytest import MARKER
from emulator.client.control_client import Refused
from emulator.client.durations import instant_text
from emulator.client.embedded import Emulator
from emulator.client.handles import SpaceHandle, connect
from emulator.core.ids import secret
from emulator.core.nearest import closest
from emulator.evidence.rules import EVIDENCE
from emulator.space.fixtures import BadFixture

REQUESTS_SHOWN_MAX = 10
BODY_CHARACTERS_MAX = 160
PARTS_SHOWN_MAX = 10


def serve(config: pytest.Config) -> Iterator[SpaceHandle]:
    """Yield the server that the options of pytest choose."""
    url, fixtures = config.getoption("--carbon-emulator-url"), config.getoption("--carbon-emulator-fixtures")
    if url and fixtures:
        pytest.fail(f"the server at {url} has its own fixtures: start it with --fixtures {fixtures}", pytrace=False)
    if url:
        try:
            shared = connect(url, config.getoption("--carbon-emulator-token"))
        except ValueError as error:
            raise _failure(f"--carbon-emulator-url: {error}") from None
        with shared.http:
            try:
                shared.control("GET", "/health")
            except Exception as error:
                raise _failure(_unreachable(shared, error) or f"--carbon-emulator-url: {_sentence(error)}") from None
            yield shared
        return
    try:
        emulator = Emulator(fixtures=config.rootpath / fixtures if fixtures else None)
    except BadFixture as error:
        raise _failure(str(error)) from None
    with emulator:
        yield emulator


def open_space(emulator: SpaceHandle, item: pytest.Item) -> Iterator[SpaceHandle]:
    """Yield a new space for a test, as its markers configure it."""
    settings = marker(item)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    space = emulator.space(f"{worker}-{secret()}")
    try:
        if "scenario" in settings:
            space.play(settings["scenario"], settings.get("seed"))
        else:
            space.reset(settings.get("seed"))
        if "at" in settings:
            space.clock.freeze(settings["at"])
        space.clock.past.clear()
    except Exception as error:
        with suppress(Exception):
            space.delete()
        raise _failure(f"no space for the test: {_unreachable(emulator, error) or _sentence(error)}") from None
    yield space
    try:
        space.delete()
    except TransportError as error:
        raise _failure(f"the space is not deleted: {_unreachable(emulator, error)}") from None
    except Refused as refused:
        if refused.status != 404:  # the test has deleted it
            raise


def _unreachable(emulator: SpaceHandle, error: Exception) -> str | None:
    """Return that a server cannot be reached, and what to do; None if the error is another one."""
    if not isinstance(error, TransportError):
        return None
    hint = "start it with `carbon-emulator serve`, or unset --carbon-emulator-url and CARBON_EMULATOR_URL"
    return f"cannot reach the server at {emulator.url} ({_sentence(error)}); {hint}"


def _failure(reason: str) -> BaseException:
    """Return a failure of the test that shows nothing but its reason: raise it ``from None``."""
    return pytest.fail.Exception(reason, pytrace=False)


# --- what the marker demands ------------------------------------------------------------------------------------------


def marker(item: pytest.Item) -> dict[str, Any]:
    """Return the arguments of a test's markers, the nearest first. Fails the test if they are wrong."""
    settings: dict[str, Any] = {}
    for mark in item.iter_markers("carbon"):
        settings = {**mark.kwargs, **settings}
        if mark.args:
            pytest.fail(f"@pytest.mark.carbon has only named arguments: {', '.join(MARKER)}", pytrace=False)
    try:
        _check_marker(settings)
    except (TypeError, ValueError) as error:
        raise _failure(f"@pytest.mark.carbon: {error}") from None
    return settings


def _check_marker(settings: Mapping[str, Any]) -> None:
    for name in settings.keys() - set(MARKER):
        raise ValueError(f"unknown argument {name!r}; nearest: {closest(name, MARKER)}; known: {', '.join(MARKER)}")
    instant_text(settings.get("at", "2026-01-01"))
    if type(settings.get("seed", 0)) is not int:
        raise TypeError(f"seed is an integer, not {settings['seed']!r}")
    if type(settings.get("strict", False)) is not bool:
        raise TypeError(f"strict is True or False, not {settings['strict']!r}")
    if type(settings.get("scenario", "")) is not str:
        raise TypeError(f"scenario is a name, not {settings['scenario']!r}")
    if settings.get("evidence", EVIDENCE[0]) not in EVIDENCE:
        raise ValueError(f"evidence is one of {', '.join(EVIDENCE)}, not {settings['evidence']!r}")


def check(space: SpaceHandle, item: pytest.Item) -> None:
    """Fail a test that did what its marker forbids."""
    settings = marker(item)
    if not settings.get("strict") and "evidence" not in settings:
        return
    try:
        entries = space.requests.matching()
        sent = [webhook for webhook in space.webhooks if webhook["attempts"]] if "evidence" in settings else []
    except Exception as error:
        raise _failure(f"the requests of the test cannot be checked: {_sentence(error)}") from None
    if settings.get("strict"):
        _fail_on("sent what nothing reads", [(entry, entry["unread"]) for entry in entries if entry["unread"]])
    if "evidence" in settings:
        floor = settings["evidence"]
        weak = [(entry, _weak_parts(entry, floor)) for entry in entries if _is_weaker(entry["evidence"], floor)]
        weak += [(each, _weak_parts(each, floor)) for each in sent if _is_weaker(each["evidence"], floor)]
        weak += [
            (event, [_named("event time", event)]) for event in space.clock.past if _is_weaker(event["evidence"], floor)
        ]
        _fail_on(f"relied on evidence weaker than {floor}", weak)


def _is_weaker(evidence: str, floor: str) -> bool:
    return EVIDENCE.index(evidence) > EVIDENCE.index(floor)


def _weak_parts(entry: Mapping[str, Any], floor: str) -> list[str]:
    """Return what makes the evidence of an exchange weaker than the floor: its parts with their rules, or all of it."""
    parts = [
        _named(f"{part['in']} {part['field']}".strip(), part)
        for part in entry["evidence_fields"]
        if _is_weaker(part["evidence"], floor)
    ]
    if len(parts) > PARTS_SHOWN_MAX:
        return [*parts[:PARTS_SHOWN_MAX], f"and {len(parts) - PARTS_SHOWN_MAX} more"]
    return parts or [f"{entry['operation'] or 'no operation'} ({entry['evidence']})"]


def _named(part: str, about: Mapping[str, Any]) -> str:
    return f"{part} ({about['evidence']}" + (f", {about['rule']})" if about["rule"] else ")")


def _fail_on(what: str, found: list[tuple[dict[str, Any], list[str]]]) -> None:
    if found:
        lines = [f"{_title(entry)} ({entry['provider']}): {', '.join(why)}" for entry, why in found]
        pytest.fail(f"the test's client {what}:\n" + "\n".join(lines), pytrace=False)


def _title(entry: Mapping[str, Any]) -> str:
    """Return a request, a webhook or an event in a few words."""
    return f"{entry['method']} {entry['path']}" if "method" in entry else f"{entry['kind']} of {entry['subject']}"


# --- the report of a test ---------------------------------------------------------------------------------------------


def add_section(report: pytest.TestReport, space: SpaceHandle, item: pytest.Item) -> None:
    """Show the last requests of a failing test, and write its bundle; delete the bundle of one that passes."""
    file = _bundle_file(item)
    if report.failed:
        report.sections.append(("carbon emulator", "\n".join([*_last_requests(space), _write_bundle(file, space)])))
    elif report.when == "call" and report.passed:
        _delete_bundle(file)


def _last_requests(space: SpaceHandle) -> list[str]:
    try:
        return [_line(entry) for entry in space.requests.matching()[-REQUESTS_SHOWN_MAX:]]
    except Exception as error:
        return [f"no requests: {_sentence(error)}"]


def _line(entry: Mapping[str, Any]) -> str:
    body = dumps(entry["reply"]["body"], ensure_ascii=False)
    shown = body if len(body) <= BODY_CHARACTERS_MAX else f"{body[:BODY_CHARACTERS_MAX]}…"
    request = f"{entry['method']} {entry['path']}"
    return f"{entry['id']} {entry['at']} {entry['provider']} {request} -> {entry['status']} {shown}"


def _bundle_file(item: pytest.Item) -> Path:
    """Return the bundle file of a test. Its name is readable, and unique by a hash of the test's id."""
    directory = Path(item.config.rootpath, item.config.getoption("--carbon-emulator-bundles"))
    readable = sub(r"[^A-Za-z0-9_.-]+", "-", item.nodeid)[-100:]
    return directory / f"{readable}-{sha256(item.nodeid.encode(errors='backslashreplace')).hexdigest()[:8]}.json"


def _write_bundle(file: Path, space: SpaceHandle) -> str:
    """Write the recorded run of a test to a file, and return a line that names it, or says why there is none."""
    try:
        recorded = space.bundle()
        if not recorded["requests"]:
            _delete_bundle(file)
            return "no bundle: it has no requests"
        bundle = dumps(recorded)
        if not file.parent.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            (file.parent / ".gitignore").write_text("*\n")
        file.write_text(bundle)
    except Exception as error:
        return f"no bundle: {_sentence(error)}"
    return f"bundle: {file}; run it again with: carbon-emulator replay {quote(str(file))}"


def _delete_bundle(file: Path) -> None:
    with suppress(OSError):  # a bundle of an earlier run may stay
        file.unlink(missing_ok=True)


def _sentence(error: Exception) -> str:
    return str(error) or type(error).__name__
