"""Durable spaces: every change of a space is an entry that is stored before it is applied, and applied before it is
answered.

``log`` is the interface of every log, and ``protocol`` the order of storing and applying, without input and output.
``stored_gateway`` is where a request arrives, ``store`` has the spaces in memory, and ``group_commit`` stores what
waits. ``assembly`` puts a server together, with the log of ``sqlite``, ``shared`` or ``workers``; ``own_store`` is the
store of the first and the last.
"""
