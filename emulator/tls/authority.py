"""The certificate authority of this user on this machine: made when first needed, and kept in the data directory."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from emulator.core.clock import Clock
from emulator.core.struct import Struct
from emulator.tls import certificates

ROOT, INTERMEDIATE, KEY = "root.pem", "intermediate.pem", "intermediate-key.pem"

RENEWAL = timedelta(days=30)
"""An authority that expires so soon is replaced."""


class AuthorityError(Exception):
    """The authority cannot be made or read; the message says why, and what to do."""


class Authority(Struct, frozen=True):
    """A root, of whose key no copy exists, and the intermediate certificate that it signed, with its key."""

    directory: Path
    root: x509.Certificate
    intermediate: x509.Certificate
    key: certificates.Key

    @property
    def root_path(self) -> Path:
        return self.directory / ROOT

    @property
    def root_pem(self) -> str:
        return pem(self.root)

    @property
    def hosts(self) -> list[str]:
        return certificates.constrained_hosts(self.intermediate)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint of the root, as browsers show it."""
        return self.root.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def expires_at(self) -> datetime:
        return min(self.root.not_valid_after_utc, self.intermediate.not_valid_after_utc)

    def leaf(self) -> tuple[str, datetime]:
        """Return a new server certificate for all hosts: its key and its chain in one PEM text, and when it expires."""
        key = certificates.new_key()
        leaf = certificates.leaf(key, self.intermediate, self.key, self.hosts, Clock().now)
        return key_pem(key) + pem(leaf) + pem(self.intermediate), leaf.not_valid_after_utc


def authority_directory() -> Path:
    """Return where the authority of this user is: ``$XDG_DATA_HOME`` or ``~/.local/share``. Raises AuthorityError."""
    data = os.environ.get("XDG_DATA_HOME", "")
    if not os.path.isabs(data):  # the specification ignores a relative path
        try:
            data = str(Path.home() / ".local" / "share")
        except RuntimeError:
            raise AuthorityError("this user has no home directory; set XDG_DATA_HOME to a private directory") from None
    return Path(data) / "carbon-emulator" / "authority"


def current(hosts: Sequence[str], directory: Path) -> Authority | None:
    """Return the authority in a directory; None if there is none for these hosts. Raises AuthorityError."""
    try:
        found = _load(directory)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AuthorityError(f"cannot read the certificate authority in {directory}: {error.strerror}") from None
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return None  # damaged: it is replaced
    fits = set(found.hosts) == set(hosts) and found.expires_at - Clock().now > RENEWAL
    return found if fits else None


def ensure(hosts: Sequence[str], directory: Path) -> Authority:
    """Return the authority in a directory, and make it if there is none for these hosts. Raises AuthorityError."""
    if found := current(hosts, directory):
        return found
    try:
        directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(directory.parent):
            if not (found := current(hosts, directory)):  # another process may have made it meanwhile
                _make(hosts, directory)
    except OSError as error:
        reason = f"cannot make the certificate authority in {directory}: {error.strerror}"
        raise AuthorityError(f"{reason}; set XDG_DATA_HOME to a directory that you may write") from None
    found = found or current(hosts, directory)
    assert found
    return found


def remove(directory: Path) -> bool:
    """Delete the authority in a directory. Return whether there was one. Raises AuthorityError."""
    try:
        if not directory.exists():
            return False
        with _locked(directory.parent):
            _discard(directory)
    except OSError as error:
        raise AuthorityError(f"cannot remove {directory}: {error.strerror}") from None
    return True


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def key_pem(key: certificates.Key) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode("ascii")


def _load(directory: Path) -> Authority:
    """Return the authority in a directory. Raises AuthorityError if others can read its key, and what readers raise."""
    path = directory / KEY
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise AuthorityError(
            f"{path} can be read by other users; run 'carbon-emulator ca remove', and the next use creates a new one"
        )
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    root = x509.load_pem_x509_certificate((directory / ROOT).read_bytes())
    intermediate = x509.load_pem_x509_certificate((directory / INTERMEDIATE).read_bytes())
    intermediate.verify_directly_issued_by(root)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != intermediate.public_key():
        raise ValueError("the key is not that of the intermediate certificate")
    return Authority(directory, root, intermediate, key)


def _make(hosts: Sequence[str], directory: Path) -> None:
    """Write a new authority. The key of its root is gone when this function ends."""
    now = Clock().now.replace(microsecond=0)
    root_key, key = certificates.new_key(), certificates.new_key()
    root = certificates.root(root_key, now)
    intermediate = certificates.intermediate(key, root, root_key, hosts, now)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=directory.parent))  # with mode 0700
    try:
        for name, content, mode in (
            (KEY, key_pem(key), 0o600),
            (ROOT, pem(root), 0o644),
            (INTERMEDIATE, pem(intermediate), 0o644),
        ):
            descriptor = os.open(new / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with open(descriptor, "w", encoding="ascii") as file:
                file.write(content)
        _discard(directory)
        new.rename(directory)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def _discard(directory: Path) -> None:
    """Delete a directory, in one step for its readers."""
    if directory.exists():
        old = Path(tempfile.mkdtemp(prefix=".old-", dir=directory.parent))
        directory.rename(old / directory.name)
        shutil.rmtree(old)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Hold a lock that one process at a time can have."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
