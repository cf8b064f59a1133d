"""A child process that a failing test does not wait for."""

import subprocess
from types import TracebackType


class Child(subprocess.Popen[str]):
    """Popen with text pipes. Its ``with`` block kills the process on an error; Popen's waits for it forever."""

    def __init__(self, command: list[str], **options: object) -> None:
        super().__init__(command, stdout=subprocess.PIPE, text=True, **options)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self.kill()
        super().__exit__(kind, error, traceback)
