"""``carbon-emulator ca``: the certificate authority that answers for the vendors' hosts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from emulator.cli.options import as_json
from emulator.cli.output import show as show_content
from emulator.cli.target import CheckFailed
from emulator.core.clock import seconds

if TYPE_CHECKING:
    from emulator.tls.authority import Authority


@click.group()
def ca() -> None:
    """Manage the certificate authority of this user.

    `exec` and `serve --tls` use it. It is made when first needed, and can sign for the vendors' production hosts only.
    The key of its root was destroyed once that had signed the one intermediate certificate with these constraints.
    """


@ca.command()
@as_json
def show(as_json: bool) -> None:
    """Show the authority: its files, fingerprint, hosts and expiry. Exit code 1 if there is none."""
    from emulator.tls.authority import authority_directory, current

    with _sentences():
        directory = authority_directory()
        authority = current(vendor_hosts(), directory)
    if authority is None:
        raise CheckFailed(f"no certificate authority in {directory}; 'carbon-emulator ca path' makes one")
    content = {
        "root": str(authority.root_path),
        "sha256": authority.fingerprint,
        "subject": authority.root.subject.rfc4514_string(),
        "expires": seconds(authority.expires_at),
        "hosts": authority.hosts,
    }
    lines = [f"{name:8} {' '.join(value) if isinstance(value, list) else value}" for name, value in content.items()]
    show_content(content, as_json, "\n".join(lines))


@ca.command()
def path() -> None:
    """Print the path of the root certificate.

    Make the authority first if there is none.
    """
    click.echo(ensured_authority().root_path)


@ca.command()
def remove() -> None:
    """Delete the authority and its key. Clients that trust the root need the new one afterwards."""
    from emulator.tls.authority import authority_directory
    from emulator.tls.authority import remove as delete

    with _sentences():
        directory = authority_directory()
        removed = delete(directory)
    click.echo(f"removed {directory}" if removed else f"no certificate authority in {directory}")


def ensured_authority() -> "Authority":
    """Return the authority of this user; make it if there is none. Raises click.UsageError."""
    from emulator.tls.authority import authority_directory, ensure

    with _sentences():
        return ensure(vendor_hosts(), authority_directory())


def vendor_hosts() -> list[str]:
    """Return the production hosts of all vendors."""
    from emulator.providers import HOSTS

    return [host for hosts in HOSTS.values() for host in hosts]


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn an AuthorityError into click's."""
    from emulator.tls.authority import AuthorityError

    try:
        yield
    except AuthorityError as error:
        raise click.UsageError(str(error)) from None
