"""The environment of a redirected command. What the user has set is extended, not replaced."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from emulator.exec import java_options
from emulator.exec.redirection import HOOK_VARIABLE, HOOKS, Redirection
from emulator.proxy.routes import without_vendors
from emulator.tls import trust
from emulator.tls.authority import Authority

LOCAL = ("localhost", "127.0.0.1", "::1")
BUNDLE_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
EXTRA_VARIABLES = ("NODE_EXTRA_CA_CERTS", "DENO_CERT")
PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
OTHER_PROXY_VARIABLES = ("ALL_PROXY", "all_proxy", "NODE_USE_ENV_PROXY")

JAVA = "JAVA_TOOL_OPTIONS"
JAVA_STORE = "javax.net.ssl.trustStore"

Environment = dict[str, str]


def control_variables(redirection: Redirection) -> Environment:
    """Return the variables by which our own commands and the pytest plugin find the server and the space."""
    return {"CARBON_EMULATOR_URL": redirection.url, "CARBON_EMULATOR_SPACE": redirection.space}


def trust_variables(user: Mapping[str, str], authority: Authority, directory: Path) -> Environment:
    """Return the variables by which clients trust the authority. Their files are written to the directory."""
    written: dict[str, str] = {}

    def file(name: str, content: str) -> str:
        path = written.get(content)
        if path is None:
            path = written[content] = str(directory / f"{name.lower()}.pem")
            Path(path).write_text(content)
        return path

    variables = {name: file(name, trust.bundle(authority.root_pem, user.get(name))) for name in BUNDLE_VARIABLES}
    for name in EXTRA_VARIABLES:
        variables[name] = file(name, trust.additional(authority.root_pem, user.get(name)))
    return variables | {JAVA: java_options.join(_java_trust(_java(user), authority, directory))}


def proxy_variables(environment: Environment, redirection: Redirection) -> Environment:
    """Return the variables by which clients use the proxy, except for the hosts that the user has exempted.

    ``environment`` has Java's options, which are extended.
    """
    exempt = [*LOCAL]
    if not redirection.offline:
        exempt += without_vendors(redirection.exemptions, redirection.hosts)
    if server := urlsplit(redirection.url).hostname:
        exempt.append(server)
    text = ",".join(dict.fromkeys(exempt))
    variables = dict.fromkeys(PROXY_VARIABLES, redirection.proxy_url)
    variables |= {"NO_PROXY": text, "no_proxy": text, "NODE_USE_ENV_PROXY": "1"}
    host, port = redirection.plain
    java = [f"-D{scheme}.{name}" for scheme in ("https", "http") for name in (f"proxyHost={host}", f"proxyPort={port}")]
    java.append(f"-Dhttp.nonProxyHosts={'|'.join(['localhost', '127.*', '[::1]', *_java_patterns(exempt)])}")
    return variables | {JAVA: java_options.join([*java_options.without_proxies(_java(environment)), *java])}


def hook_variables(user: Mapping[str, str], redirection: Redirection) -> Environment:
    """Return the variables by which Node and Python load the hooks."""
    variables = python_variables(user, redirection)
    path = str(HOOKS / "node.cjs").replace("\\", "\\\\").replace('"', '\\"')
    options = [user.get("NODE_OPTIONS", ""), f'--require "{path}"']
    return variables | {"NODE_OPTIONS": " ".join(filter(None, options))}


def python_variables(user: Mapping[str, str], redirection: Redirection, isolated: bool = False) -> Environment:
    """Return the variables by which Python loads its hooks. In an isolated network, one of them has work."""
    path = [str(HOOKS / "python"), user.get("PYTHONPATH", "")]
    return {
        HOOK_VARIABLE: redirection.for_hooks(isolated),
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
    }


def without_proxies(environment: Environment) -> Environment:
    """Return an environment without proxies, which cannot be reached from an isolated network."""
    names = {*PROXY_VARIABLES, *OTHER_PROXY_VARIABLES}
    return {name: value for name, value in environment.items() if name not in names} | {
        JAVA: java_options.join(java_options.without_proxies(_java(environment)))
    }


def _java(environment: Mapping[str, str]) -> list[str]:
    """Return Java's options in an environment. Raises ValueError, as Java would refuse them."""
    try:
        return java_options.split(environment.get(JAVA, ""))
    except ValueError:
        raise ValueError(f"{JAVA}: a quote is not closed") from None


def _java_trust(options: list[str], authority: Authority, directory: Path) -> list[str]:
    """Return the options of Java, with a trust store that has the root in it."""
    store = directory / "java.p12"
    given = java_options.value(options, JAVA_STORE)
    if given and (password := _with_root(Path(given), options, store, authority)):
        return [*options, f"-D{JAVA_STORE}={store}", f"-D{JAVA_STORE}Password={password}"]
    store.write_bytes(trust.java_trust_store(trust.bundle(authority.root_pem)))
    return [
        *options,
        f"-D{JAVA_STORE}={store}",
        f"-D{JAVA_STORE}Type=PKCS12",
        f"-D{JAVA_STORE}Password={trust.JAVA_PASSWORD}",
    ]


def _with_root(given: Path, options: list[str], store: Path, authority: Authority) -> str | None:
    """Copy the user's trust store, add the root, and return its password; None if that is not possible."""
    keytool = shutil.which("keytool")
    password = java_options.value(options, f"{JAVA_STORE}Password") or trust.JAVA_PASSWORD
    if keytool is None or not given.is_file():
        return None
    shutil.copyfile(given, store)
    where = ["-keystore", str(store), "-storepass", password, "-alias", "carbon-emulator"]
    command = [keytool, "-importcert", "-noprompt", *where, "-file", str(authority.root_path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603
    return password if done.returncode == 0 else None


def _java_patterns(exempt: list[str]) -> list[str]:
    """Return the patterns by which Java exempts hosts: a name, and its subdomains."""
    names = [
        name.partition(":")[0].removeprefix("*").strip(".") for name in exempt if name not in LOCAL and name != "*"
    ]
    return [pattern for name in names if name and "/" not in name for pattern in (name, f"*.{name}")]
