"""Create the certificates of an authority: a root, one name-constrained intermediate, and short-lived leaves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFETIME = timedelta(days=5 * 365)
LEAF_LIFETIME = timedelta(days=7)
CLOCK_TOLERANCE = timedelta(hours=1)
"""How far back a certificate is valid, for a client whose clock is slow, such as one in a virtual machine."""

Key = ec.EllipticCurvePrivateKey


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def root(key: Key, now: datetime) -> x509.Certificate:
    """Return a self-signed root certificate.

    It carries no name constraints, because Java ignores those of a root. They are in the only certificate that the root
    ever signs.
    """
    name = _name("Carbon Emulator root", now)
    return _authority(name, name, key, key, now, path_length=1).sign(key, hashes.SHA256())


def intermediate(
    key: Key, issuer: x509.Certificate, issuer_key: Key, hosts: Sequence[str], now: datetime
) -> x509.Certificate:
    """Return an intermediate certificate that can sign for the hosts, and for no other name or address."""
    addresses = [x509.IPAddress(ip_network(every)) for every in ("0.0.0.0/0", "::/0")]
    constraints = x509.NameConstraints([x509.DNSName(host) for host in hosts], addresses)
    name = _name("Carbon Emulator intermediate", now)
    builder = _authority(name, issuer.subject, key, issuer_key, now, path_length=0)
    builder = builder.add_extension(constraints, critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def leaf(key: Key, issuer: x509.Certificate, issuer_key: Key, hosts: Sequence[str], now: datetime) -> x509.Certificate:
    """Return the certificate of a server for the hosts."""
    usage = _key_usage(digital_signature=True)
    builder = _certificate(_name("Carbon Emulator", now), issuer.subject, key, now, LEAF_LIFETIME)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return _identified(builder, key, issuer_key).sign(issuer_key, hashes.SHA256())


def constrained_hosts(certificate: x509.Certificate) -> list[str]:
    """Return the hosts that an intermediate certificate is constrained to."""
    constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    return [str(name.value) for name in constraints.permitted_subtrees or ()]


def _authority(
    subject: x509.Name, issuer: x509.Name, key: Key, issuer_key: Key, now: datetime, path_length: int
) -> x509.CertificateBuilder:
    builder = _certificate(subject, issuer, key, now, AUTHORITY_LIFETIME)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
    return _identified(builder, key, issuer_key)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: Key, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    return builder.not_valid_before(now - CLOCK_TOLERANCE).not_valid_after(now + lifetime)


def _identified(builder: x509.CertificateBuilder, key: Key, issuer_key: Key) -> x509.CertificateBuilder:
    """Add the identifiers of both keys, by which clients build a chain."""
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return builder.add_extension(own, critical=False).add_extension(issuer, critical=False)


def _key_usage(**usages: bool) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: usages.get(name, False) for name in names})


def _name(title: str, now: datetime) -> x509.Name:
    """Return a name that differs from those of earlier authorities, which a browser may still know."""
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Carbon Emulator (for tests on this machine)")
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, f"{title} {now:%Y-%m-%d %H:%M:%S}")])
