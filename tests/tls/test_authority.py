"""The certificate authority: what it can sign, who can read it, and how it is created, replaced and removed."""

import json
import ssl
import subprocess
import sys
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from emulator.cli.ca_commands import vendor_hosts
from emulator.core.clock import Clock
from emulator.tls import certificates, server_context
from emulator.tls.authority import Authority, AuthorityError, current, ensure, key_pem, pem, remove

HOSTS = ["api.one.example", "api.two.example"]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "data" / "authority"


@pytest.fixture
def authority(directory: Path) -> Authority:
    return ensure(HOSTS, directory)


def handshake(server: ssl.SSLContext, root_pem: str, host: str) -> None:
    """Connect a client that trusts the root to a server, in memory. Raises ssl.SSLError."""
    client = ssl.create_default_context(cadata=root_pem)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    while ends:
        for end in ends.copy():
            try:
                end.do_handshake()
                ends.remove(end)
            except ssl.SSLWantReadError:
                pass


def context_of(chain_pem: str, tmp_path: Path) -> ssl.SSLContext:
    file = tmp_path / "chain.pem"
    file.write_text(chain_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("host", HOSTS)
def test_a_client_that_trusts_the_root_accepts_a_vendors_host(authority: Authority, host: str) -> None:
    """The chain of a server is valid for every host."""
    handshake(server_context.server_context(authority), authority.root_pem, host)


def test_a_client_trusts_only_the_root(authority: Authority) -> None:
    """A client without the root, or with another authority's, refuses the chain."""
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        handshake(server_context.server_context(authority), _other_root(), HOSTS[0])


def _other_root() -> str:
    key = certificates.new_key()
    return pem(certificates.root(key, Clock().now))


@pytest.mark.parametrize("host", ["www.example", "one.example", "127.0.0.1", "::1"])
def test_the_intermediate_cannot_sign_for_other_hosts(authority: Authority, host: str, tmp_path: Path) -> None:
    """The intermediate's key cannot be used for other names or any address."""
    key = certificates.new_key()
    leaf = certificates.leaf(key, authority.intermediate, authority.key, HOSTS, Clock().now)
    address = host[0] in "1:"
    names = [x509.IPAddress(ip_address(host)) if address else x509.DNSName(host)]
    builder = x509.CertificateBuilder(
        leaf.issuer, leaf.subject, leaf.public_key(), 7, leaf.not_valid_before_utc, leaf.not_valid_after_utc
    )
    for extension in leaf.extensions:
        replaced = isinstance(extension.value, x509.SubjectAlternativeName)
        value = x509.SubjectAlternativeName(names) if replaced else extension.value
        builder = builder.add_extension(value, extension.critical)
    stolen = builder.sign(authority.key, leaf.signature_hash_algorithm)
    server = context_of(key_pem(key) + pem(stolen) + pem(authority.intermediate), tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError, match="subtree violation"):
        handshake(server, authority.root_pem, host)


def test_the_key_of_the_root_is_not_stored(authority: Authority) -> None:
    """The directory holds one key, the intermediate's, readable by its owner only."""
    files = {path.name: path for path in authority.directory.iterdir()}
    assert sorted(files) == ["intermediate-key.pem", "intermediate.pem", "root.pem"]
    assert [name for name, path in files.items() if "PRIVATE KEY" in path.read_text()] == ["intermediate-key.pem"]
    assert files["intermediate-key.pem"].stat().st_mode & 0o777 == 0o600
    assert authority.directory.stat().st_mode & 0o777 == 0o700
    assert authority.directory.parent.stat().st_mode & 0o777 == 0o700
    assert authority.root.public_key() != authority.key.public_key()


def test_leaves_are_short_lived(authority: Authority) -> None:
    """A server's certificate is valid for days, and its key is new each time."""
    (one, expires_at), (two, _) = authority.leaf(), authority.leaf()
    assert expires_at - Clock().now <= timedelta(days=7)
    assert one.partition("-----END PRIVATE")[0] != two.partition("-----END PRIVATE")[0]


def test_a_server_that_runs_for_long_renews_its_certificate(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After half of a certificate's lifetime, the next connection gets a new one."""
    context = server_context.server_context(authority)
    made = 0
    make = server_context._context

    def count(authority: Authority) -> tuple[ssl.SSLContext, object]:
        nonlocal made
        made += 1
        return make(authority)

    monkeypatch.setattr(server_context, "_context", count)
    handshake(context, authority.root_pem, HOSTS[0])
    assert made == 0
    monkeypatch.setattr(server_context, "RENEWAL", timedelta(days=8))
    handshake(context, authority.root_pem, HOSTS[0])
    assert made == 1


def test_an_authority_is_kept(authority: Authority) -> None:
    """The next process uses the same authority."""
    assert ensure(HOSTS, authority.directory).fingerprint == authority.fingerprint
    assert ensure(HOSTS[::-1], authority.directory).fingerprint == authority.fingerprint


@pytest.mark.parametrize("file", ["root.pem", "intermediate.pem", "intermediate-key.pem"])
@pytest.mark.parametrize("damage", ["missing", "empty", "foreign"])
def test_a_damaged_authority_is_replaced(authority: Authority, file: str, damage: str, tmp_path: Path) -> None:
    """A file that is missing, empty or of another authority causes a new authority."""
    path = authority.directory / file
    if damage == "missing":
        path.unlink()
    else:
        other = ensure(HOSTS, tmp_path / "other" / "authority")
        path.write_text("" if damage == "empty" else (other.directory / file).read_text())
    assert current(HOSTS, authority.directory) is None
    renewed = ensure(HOSTS, authority.directory)
    handshake(server_context.server_context(renewed), renewed.root_pem, HOSTS[0])
    assert [path.name for path in authority.directory.parent.iterdir()] == ["authority"]


def test_an_authority_for_other_hosts_is_replaced(authority: Authority) -> None:
    """When the vendors' hosts change, the constraints change with them."""
    assert ensure([*HOSTS, "api.three.example"], authority.directory).hosts == [*HOSTS, "api.three.example"]


def test_an_authority_that_expires_soon_is_replaced(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """An authority in its last month is not used."""
    monkeypatch.setattr("emulator.tls.authority.RENEWAL", certificates.AUTHORITY_LIFETIME + timedelta(days=1))
    assert current(HOSTS, authority.directory) is None


def test_a_key_that_others_can_read_is_refused(authority: Authority) -> None:
    """An authority whose key others can read is refused with an error."""
    (authority.directory / "intermediate-key.pem").chmod(0o640)
    with pytest.raises(AuthorityError, match="can be read by other users; run 'carbon-emulator ca remove'"):
        ensure(HOSTS, authority.directory)
    assert remove(authority.directory)
    assert not remove(authority.directory)
    ensure(HOSTS, authority.directory)


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The reason names the directory and the variable that changes it."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(AuthorityError, match=r"cannot (make|read) the certificate authority in .*data/authority: "):
        ensure(HOSTS, tmp_path / "data" / "authority")


ENSURE = """
import sys
from pathlib import Path
from emulator.tls.authority import ensure
print(ensure(sys.argv[2:], Path(sys.argv[1])).fingerprint)
"""


@pytest.mark.parametrize("before", ["nothing", "an authority for other hosts"])
def test_processes_that_begin_at_once_share_one_authority(directory: Path, before: str) -> None:
    """Of several processes at the same time, one creates the authority and the others use it."""
    if before != "nothing":
        ensure(["api.other.example"], directory)
    command = [sys.executable, "-c", ENSURE, str(directory), *HOSTS]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    printed = {process.communicate(timeout=60)[0] for process in processes}
    assert printed == {f"{ensure(HOSTS, directory).fingerprint}\n"}
    assert [path.name for path in directory.parent.iterdir()] == ["authority"]


def test_the_commands(tmp_path: Path) -> None:
    """``ca path`` makes the authority, ``ca show`` describes it, and ``ca remove`` deletes it."""

    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "emulator", "ca", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env={"XDG_DATA_HOME": str(tmp_path)}, timeout=60)
        return done.returncode, (done.stdout + done.stderr).strip()

    directory = tmp_path / "carbon-emulator" / "authority"
    assert run("show") == (
        1,
        f"carbon-emulator: no certificate authority in {directory}; 'carbon-emulator ca path' makes one",
    )
    assert run("path") == (0, f"{directory}/root.pem")
    code, text = run("show", "--json")
    shown = json.loads(text)
    assert (code, shown["hosts"], shown["root"]) == (0, vendor_hosts(), f"{directory}/root.pem")
    assert shown["sha256"] in run("show")[1]
    assert run("remove") == (0, f"removed {directory}")
    assert run("remove") == (0, f"no certificate authority in {directory}")
    assert list((tmp_path / "carbon-emulator").iterdir()) == []
