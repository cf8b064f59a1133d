"""The log of a data directory, for one of several workers: the first process of the server has it open."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from emulator.core.frames import LENGTH, content, frame
from emulator.log.log import Answer, Append, History, Image, LogFailure, Summary
from emulator.log.workers.log_server import LogEnds
from emulator.space.share import Share


class RemoteLog:
    """Makes each call in the process at the other end of a socket. It lists the spaces of its share alone.

    If that process ends, so does this one, at once: no one can know what it has stored, so no client may get a reply.
    """

    def __init__(self, ends: LogEnds, share: Share) -> None:
        self.ends = ends
        self._share = share

    def append(self, appends: Sequence[Append]) -> Sequence[Answer]:
        answers: Sequence[Answer] = self._call("append", appends)
        return answers

    def last(self, space: str) -> int:
        number: int = self._call("last", space)
        return number

    def id(self, space: str) -> int:
        number: int = self._call("id", space)
        return number

    def load(self, space: str) -> History:
        history: History = self._call("load", space)
        return history

    def save(self, space: str, image: Image) -> None:
        self._call("save", space, image)

    def claim(self, space: str, webhook: str, seconds: float) -> bool:
        free: bool = self._call("claim", space, webhook, seconds)
        return free

    def save_piece(self, space: str, number: int, piece: int, data: bytes) -> None:
        self._call("save_piece", space, number, piece, data)

    def drop_pieces(self, space: str) -> bool:
        more: bool = self._call("drop_pieces", space)
        return more

    def fixtures(self) -> Mapping[str, bytes]:
        documents: Mapping[str, bytes] = self._call("fixtures")
        return documents

    def keep_fixtures(self, digest: str, document: bytes) -> None:
        self._call("keep_fixtures", digest, document)

    def probe(self) -> None:
        self._call("probe")

    def erase(self, space: str, number: int) -> None:
        self._call("erase", space, number)

    def spaces(self) -> Mapping[str, Summary]:
        summaries: Mapping[str, Summary] = self._call("spaces")
        return {name: summary for name, summary in summaries.items() if self._share.owns(name)}

    def close(self) -> None:
        self.ends.close()

    def _call(self, name: str, *arguments: Any) -> Any:
        try:
            self.ends.calls.sendall(frame((name, arguments)))
            (length,) = LENGTH.unpack(self._receive(LENGTH.size))
            result = content(self._receive(length))
        except OSError:
            end_with_log()
        if isinstance(result, LogFailure):
            raise result
        return result

    def _receive(self, length: int) -> bytearray:
        """Return so many bytes. Raises ConnectionError."""
        received = bytearray(length)
        view = memoryview(received)
        while view:
            count = self.ends.calls.recv_into(view)
            if not count:
                raise ConnectionError
            view = view[count:]
        return received


def end_with_log() -> NoReturn:
    """End this process as if it had been killed with the one that has the log."""
    os._exit(1)
