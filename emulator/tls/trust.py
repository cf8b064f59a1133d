"""Files by which clients trust the authority: the roots that they trust anyway, and its root."""

import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",  # macOS, Alpine
)
"""Where systems keep the roots that they trust, in one file."""

JAVA_PASSWORD = "changeit"  # noqa: S105  # Java's own default, of a file without secrets
CERTIFICATE_FILES = {".pem", ".crt", ".cer", ".0"}


def bundle(root_pem: str, trusted: str | None = None) -> str:
    """Return the root, and the certificates in ``trusted``, a file or directory; the system's by default."""
    return f"{(_read(Path(trusted)) if trusted else '') or system_roots()}\n{root_pem}"


def additional(root_pem: str, trusted: str | None = None) -> str:
    """Return the root and the extra certificates that a client has been given."""
    return f"{_read(Path(trusted)) if trusted else ''}\n{root_pem}"


def system_roots() -> str:
    """Return the certificates that this system trusts."""
    paths = ssl.get_default_verify_paths()
    for path in (paths.openssl_cafile, *BUNDLES, paths.openssl_capath):
        if text := _read(Path(path)):
            return text
    try:
        import certifi
    except ImportError:
        return ""
    return certifi.contents()


def java_trust_store(bundle_pem: str) -> bytes:
    """Return certificates as the PKCS #12 file that Java reads as a trust store."""
    from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

    with warnings.catch_warnings(action="ignore"):  # systems still trust roots that break a rule
        certificates = [pkcs12.PKCS12Certificate(each, None) for each in _parsed(bundle_pem)]
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1)  # there is nothing to protect
    return pkcs12.serialize_java_truststore(certificates, builder.build(JAVA_PASSWORD.encode()))


def _parsed(bundle_pem: str) -> "Iterator[x509.Certificate]":
    """Yield the certificates of a PEM text, without those that no library reads any more."""
    from cryptography import x509

    end = "-----END CERTIFICATE-----"
    for block in bundle_pem.split(end)[:-1]:
        try:
            yield x509.load_pem_x509_certificate(f"{block}{end}\n".encode())
        except ValueError:
            continue


def _read(path: Path) -> str:
    """Return the certificates of a file, or of the files in a directory; nothing if it cannot be read."""
    try:
        if path.is_dir():
            files = sorted({file.resolve() for file in path.iterdir() if file.suffix in CERTIFICATE_FILES})
            return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
