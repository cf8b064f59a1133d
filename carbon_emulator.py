"""The command ``carbon-emulator``, which is also ``python -m carbon_emulator``.

A project can have a package or a module ``emulator`` of its own, on ``PYTHONPATH`` or in the working directory. It does
not get in the way of this process, which takes the package beside this file.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

PACKAGE = Path(__file__).with_name("emulator")


def main() -> None:
    """Run the command line."""
    spec = spec_from_file_location("emulator", PACKAGE / "__init__.py")
    assert spec
    assert spec.loader
    sys.modules["emulator"] = package = module_from_spec(spec)
    spec.loader.exec_module(package)
    from emulator.cli.app import main

    main()


if __name__ == "__main__":
    main()
