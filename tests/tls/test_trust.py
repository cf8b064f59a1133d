"""The files that make clients trust the authority."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from emulator.tls import trust
from emulator.tls.authority import Authority, ensure


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return ensure(["api.one.example"], tmp_path / "data" / "authority")


@pytest.fixture
def other(tmp_path: Path) -> Authority:
    return ensure(["api.two.example"], tmp_path / "other" / "authority")


def test_a_bundle_has_the_roots_of_the_system_and_the_authority(authority: Authority) -> None:
    """A client with the bundle trusts the system's roots and the authority."""
    bundle = trust.bundle(authority.root_pem)
    assert bundle.startswith(trust.system_roots())
    assert bundle.endswith(authority.root_pem)
    assert trust.system_roots().count("BEGIN CERTIFICATE") > 10


def test_a_bundle_of_the_user_is_extended(authority: Authority, other: Authority) -> None:
    """If the user has a bundle, its roots replace the system's."""
    bundle = trust.bundle(authority.root_pem, str(other.root_path))
    assert bundle.count("BEGIN CERTIFICATE") == 2
    assert other.root_pem in bundle


def test_a_directory_of_certificates_is_a_bundle(authority: Authority, other: Authority, tmp_path: Path) -> None:
    """Certificates can be files in a directory; links by hash are not counted twice."""
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "one.pem").write_text(other.root_pem)
    (tmp_path / "certs" / "0a1b2c3d.0").symlink_to(tmp_path / "certs" / "one.pem")
    bundle = trust.bundle(authority.root_pem, str(tmp_path / "certs"))
    assert (bundle.count("BEGIN CERTIFICATE"), bundle.count(other.root_pem)) == (2, 1)


@pytest.mark.parametrize("missing", [None, "", "/nowhere/at/all.pem"])
def test_without_a_bundle_the_system_is_trusted(authority: Authority, missing: str | None) -> None:
    """A bundle that cannot be read is ignored."""
    assert trust.bundle(authority.root_pem, missing) == trust.bundle(authority.root_pem)
    assert trust.additional(authority.root_pem, missing).strip() == authority.root_pem.strip()


def test_java_reads_the_bundle(authority: Authority) -> None:
    """Java's trust store holds every certificate of a bundle, with the password that Java expects."""
    damaged = "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"
    store = pkcs12.load_pkcs12(trust.java_trust_store(damaged + authority.root_pem), b"changeit")
    assert [each.certificate for each in store.additional_certs] == [authority.root]
