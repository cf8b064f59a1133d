"""Other mock servers and emulators, each started as its documentation says."""

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import httpx

from benchmarks.load import Call
from benchmarks.process import ROOT
from benchmarks.subjects import Setup, Start, Subject, same
from benchmarks.workloads import RECORDS

PACKAGES = Path(__file__).parent / "node_modules"
PREFIX = "/oneclickimpact"


def npm(package: str, file: str) -> str:
    return str(PACKAGES / package / file)


def npm_missing(package: str, program: str) -> Callable[[], str | None]:
    """Return a function that returns why an npm package cannot run, if it cannot."""

    def reason() -> str | None:
        if shutil.which(program) is None:
            return f"{program} is not on this machine"
        return None if (PACKAGES / package).is_dir() else "not installed; make bench-peers installs it"

    return reason


# --- Prism: answers a contract's examples ------------------------------------------------------------------------


def start_prism(setup: Setup) -> Start:
    contract = str(ROOT / "contracts/oneclickimpact/openapi.yaml")
    options = ["--host=127.0.0.1", f"--port={setup.port}", "--multiprocess=false", "--verboseLevel=error"]
    command = ["node", npm("@stoplight/prism-cli", "dist/index.js"), "mock", *options, contract]
    return Start(command, {"NODE_ENV": "production"})


def without_prefix(client: httpx.Client, call: Call) -> Call:
    return replace(call, path=call.path.removeprefix(PREFIX))


# --- Mockoon, WireMock and MockServer: answer a configured reply -----------------------------------------------------


def start_mockoon(setup: Setup) -> Start:
    response = {
        "uuid": "00000000-0000-4000-8000-000000000001",
        "body": setup.reply.body.decode(),
        "bodyType": "INLINE",
        "statusCode": setup.call.status,
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "disableTemplating": True,
        "default": True,
    }
    route = {
        "uuid": "00000000-0000-4000-8000-000000000002",
        "type": "http",
        "method": setup.call.method.lower(),
        "endpoint": setup.path.lstrip("/"),
        "responses": [response],
    }
    environment = {
        "uuid": "00000000-0000-4000-8000-000000000003",
        "name": "bench",
        "port": setup.port,
        "hostname": "127.0.0.1",
        "routes": [route],
        "rootChildren": [{"type": "route", "uuid": route["uuid"]}],
    }
    data = setup.write("mockoon.json", json.dumps(environment))
    options = [
        "--data",
        str(data),
        "--repair",
        "--disable-log-to-file",
        "--disable-admin-api",
        "--max-transaction-logs=0",
    ]
    return Start(["node", npm("@mockoon/cli", "bin/run.js"), "start", *options])


def start_wiremock(setup: Setup) -> Start:
    mapping = {
        "request": {"method": setup.call.method, "urlPath": setup.path},
        "response": {
            "status": setup.call.status,
            "body": setup.reply.body.decode(),
            "headers": {"Content-Type": "application/json"},
        },
    }
    setup.write("mappings/stub.json", json.dumps(mapping))
    (jar,) = (PACKAGES / "wiremock" / "build").glob("*.jar")
    quiet = ["--no-request-journal", "--disable-banner"]
    options = [f"--port={setup.port}", "--bind-address=127.0.0.1", f"--root-dir={setup.directory}", *quiet]
    return Start(["java", "-jar", str(jar), *options])


def start_mockserver(setup: Setup) -> Start:
    expectation = {
        "httpRequest": {"method": setup.call.method, "path": setup.path},
        "httpResponse": {
            "statusCode": setup.call.status,
            "body": setup.reply.body.decode(),
            "headers": {"Content-Type": ["application/json"]},
        },
    }
    file = setup.write("expectations.json", json.dumps([expectation]))
    (jar,) = (PACKAGES / "mockserver-node").glob("*.jar")
    options = [f"-Dmockserver.initializationJsonPath={file}", "-Dmockserver.disableLogging=true"]
    return Start(["java", *options, "-jar", str(jar), "-serverPort", str(setup.port)])


# --- json-server: keeps records in a file --------------------------------------------------------------------


def start_json_server(setup: Setup) -> Start:
    one = {"user_id": "U123", "time_utc": "2024-09-16T20:30:13.391Z", "carbon_captured": 5}
    before = RECORDS if setup.workload == "read" else 0
    data = setup.write("db.json", json.dumps({"records": [{"id": n, **one} for n in range(1, before + 1)]}))
    options = ["--quiet", "--host=127.0.0.1", f"--port={setup.port}", str(data)]
    return Start(["node", npm("json-server", "lib/cli/bin.js"), *options])


def list_records(query: str) -> Callable[[httpx.Client, Call], Call]:
    return lambda _, call: replace(call, path=f"/records{query}", status=201 if call.method == "POST" else 200)


# --- moto: DynamoDB ---------------------------------------------------------------------------------------------------

TABLE = {
    "TableName": "records",
    "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}, {"AttributeName": "time", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": "user", "AttributeType": "S"},
        {"AttributeName": "time", "AttributeType": "N"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
ITEMS, ITEMS_A_BATCH = 1000, 25
"""Fewer than elsewhere: a query reads all items, and 10,000 would take seconds."""


def start_moto(setup: Setup) -> Start:
    return Start([sys.executable, "-m", "moto.server", "--host=127.0.0.1", f"--port={setup.port}"])


def dynamodb(action: str, body: Mapping[str, object]) -> Call:
    signed = (
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
    )
    kind = "application/x-amz-json-1.0"
    headers = {"X-Amz-Target": f"DynamoDB_20120810.{action}", "Content-Type": kind, "Authorization": signed}
    return Call("POST", "/", headers, json.dumps(body))


def item(number: int) -> Mapping[str, object]:
    return {"user": {"S": "U123"}, "time": {"N": str(number)}, "carbon_captured": {"N": "5"}}


def put_item(client: httpx.Client, call: Call) -> Call:
    _make(client, dynamodb("CreateTable", TABLE))
    return dynamodb("PutItem", {"TableName": "records", "Item": item(0)})


def query(client: httpx.Client, call: Call) -> Call:
    _make(client, dynamodb("CreateTable", TABLE))
    for first in range(0, ITEMS, ITEMS_A_BATCH):
        batch = [{"PutRequest": {"Item": item(number)}} for number in range(first, first + ITEMS_A_BATCH)]
        _make(client, dynamodb("BatchWriteItem", {"RequestItems": {"records": batch}}))
    query = {"TableName": "records", "Limit": 10, "KeyConditionExpression": "#u = :u"}
    names = {"ExpressionAttributeNames": {"#u": "user"}, "ExpressionAttributeValues": {":u": {"S": "U123"}}}
    return dynamodb("Query", {**query, **names})


def _make(client: httpx.Client, call: Call) -> None:
    client.request(call.method, call.path, headers=dict(call.headers), content=call.body).raise_for_status()


def moto_missing() -> str | None:
    try:
        version("moto")
    except PackageNotFoundError:
        return "not installed; make bench-peers installs it"
    return None


PEERS = [
    Subject(
        "prism",
        "answers a contract's examples",
        start_prism,
        {"write": without_prefix, "read": without_prefix},
        npm_missing("@stoplight/prism-cli", "node"),
    ),
    Subject(
        "mockoon",
        "answers constant bytes",
        start_mockoon,
        {"write": same, "read": same},
        npm_missing("@mockoon/cli", "node"),
    ),
    Subject(
        "wiremock",
        "answers constant bytes",
        start_wiremock,
        {"write": same, "read": same},
        npm_missing("wiremock/build", "java"),
    ),
    Subject(
        "mockserver",
        "answers constant bytes",
        start_mockserver,
        {"write": same, "read": same},
        npm_missing("mockserver-node", "java"),
    ),
    Subject(
        "json-server",
        "keeps records in a file",
        start_json_server,
        {"write": list_records(""), "read": list_records("?_limit=10")},
        npm_missing("json-server", "node"),
    ),
    Subject(
        "moto", "DynamoDB: PutItem, Query of 1,000 items", start_moto, {"write": put_item, "read": query}, moto_missing
    ),
]
