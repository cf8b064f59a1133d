"""Store the snapshot of a large space in pieces, so that no commit waits for all of it."""

from functools import partial

from emulator.core.struct import replace
from emulator.log.committer import Committer
from emulator.log.log import Image, OwnLog

PIECE_BYTES = 2**20
"""The size of a piece: it takes about ten milliseconds to store one."""


async def store_image(committer: Committer, log: OwnLog, name: str, taken: Image) -> None:
    """Store a snapshot in place of the one before it. Raises LogFailure, and then that one stays."""
    document = taken.document
    if len(document) <= PIECE_BYTES:
        return await committer.run(partial(log.save, name, taken))
    starts = range(0, len(document), PIECE_BYTES)
    for piece, start in enumerate(starts):
        data = document[start : start + PIECE_BYTES]
        await committer.run(partial(log.save_piece, name, taken.number, piece, data))
    await committer.run(partial(log.save, name, replace(taken, document=b"", pieces=len(starts))))
    while await committer.run(partial(log.drop_pieces, name)):
        pass
