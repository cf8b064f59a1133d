"""``python -m tests.benchmarks.apps NAME PORT``: one of these applications on the emulator's own server."""

import sys
from importlib import import_module

from emulator import server

_, name, port = sys.argv
app = import_module(f"tests.benchmarks.apps.{name}").app
server.serve(app, server.bind("127.0.0.1", int(port)), lambda url: None)
