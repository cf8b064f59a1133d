"""Heads that are known are read as those that are parsed."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from emulator.server.request_head import REMEMBERED_HEAD_BYTES_MAX, REMEMBERED_HEADS_MAX, Head, KnownHead, known_heads
from emulator.server.request_parser import Refused, RequestParser

GET = b"GET /cnaught/v1/orders?limit=10 HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /cnaught/v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"

FIRST = [
    b"GET / HTTP/1.1",
    b"POST /a?b=c HTTP/1.1",
    b"POST http://h/a HTTP/1.1",
    b"PUT / HTTP/1.0",
    b"CONNECT h:1 HTTP/1.1",
]
HEADERS = [
    b"Host: localhost",
    b"Content-Length: 2",
    b"Content-Length:  4 ",
    b"content-length: 0",
    b"Content-Length: x",
    b"Transfer-Encoding: chunked",
    b"Connection: close",
    b"Connection: keep-alive",
    b"Connection: upgrade",
    b"Upgrade: h2c",
    b"Expect: 100-continue",
    b"A: b",
    b"A:",
    b" folded",
    b"no colon",
    b"GET / HTTP/1.1",
]
BODIES = [b"", b"{}", b"\r\n", b"\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\n", b"0\r\n\r\n", b"{}GET", POST, GET]


@st.composite
def reads(draw: st.DrawFn) -> Sequence[bytes]:
    """What a client may send, read by read: requests, broken ones, parts of them, and several at once."""
    pieces = []
    for _ in range(draw(st.integers(1, 3))):
        end = draw(st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n"]))
        lines = [draw(st.sampled_from(FIRST)), *draw(st.lists(st.sampled_from(HEADERS), max_size=3)), b"", b""]
        blank = draw(st.sampled_from([b"", b"", b"", b"\r\n", b"\r\n\r\n"]))
        pieces.append(blank + end.join(lines) + draw(st.sampled_from(BODIES)))
    sent = b"".join(pieces)
    cuts = draw(st.lists(st.integers(0, len(sent)), max_size=2)) if draw(st.booleans()) else []
    cuts += draw(st.sampled_from([[], [len(pieces[0])], [sum(map(len, pieces[:count])) for count in (1, 2)]]))
    bounds = [0, *sorted(cuts), len(sent)]
    return [sent[start:end] for start, end in pairwise(bounds) if start < end]


class Listener:
    """Notes what is parsed."""

    def __init__(self) -> None:
        self.noted: list[tuple[object, ...]] = []
        self.known = 0

    def request_parsed(self, head: Head, body: bytes) -> None:
        self.known += isinstance(head, KnownHead)
        self.head_parsed(head)
        self.body_parsed(body)
        self.message_ended()

    def message_begun(self) -> None: ...

    def head_parsed(self, head: Head) -> None:
        facts = head.method, head.version, head.target, head.keep_alive, head.awaits_continue
        self.noted.append((*facts, tuple(head.headers)))

    def body_parsed(self, body: bytes) -> None:
        if body:
            self.noted.append((body,))

    def message_ended(self) -> None:
        self.noted.append(("end",))

    def last_request(self) -> None:
        self.noted.append(("last",))

    def tunnel_requested(self, authority: bytes, data: bytes) -> None:
        raise Refused(501, "no tunnels")


def forget() -> None:
    """Forget all heads, and those that have come once."""
    known_heads.clear()
    known_heads._seen.clear()


def parsed(reads: Sequence[bytes], *, anew: bool) -> Listener:
    """Return what a parser finds, with the help of known heads, or without it (``anew``)."""
    listener = Listener()
    parser = RequestParser(listener)
    for data in reads:
        try:
            parser.feed(data) if anew else parser.read(data)
        except Refused as refused:
            listener.noted.append(("refused", refused.status))
            break
    return listener


@given(reads())
def test_known_heads_are_read_alike(reads: Sequence[bytes]) -> None:
    """Whatever came before, what a client sends has the same meaning as to a parser that knows no head."""
    forget()
    expected = parsed(reads, anew=True).noted
    for _ in range(3):
        assert parsed(reads, anew=False).noted == expected
    for data in reads:
        if expected[-1][0] != "refused":
            break
        for _ in range(3):
            parsed([data], anew=False)
    assert parsed(reads, anew=False).noted == expected


@given(reads(), reads())
def test_heads_of_other_clients(ours: Sequence[bytes], theirs: Sequence[bytes]) -> None:
    """What other clients have sent changes nothing."""
    forget()
    for data in [theirs, *([data] for data in theirs)] * 3:
        parsed(data, anew=False)
    assert parsed(ours, anew=False).noted == parsed(ours, anew=True).noted


def test_a_head_is_known_from_its_third_time_on() -> None:
    """The first time it is parsed, the second time also remembered; bodies of the same length may differ."""
    forget()
    assert [parsed([request], anew=False).known for request in [GET] * 4] == [0, 0, 1, 1]
    assert [parsed([POST[:-2] + body], anew=False).known for body in (b"{}", b"[]", b"12", b"34")] == [0, 0, 1, 1]
    assert parsed([POST[:-2] + b"12"], anew=False).noted == parsed([POST[:-2] + b"12"], anew=True).noted
    assert parsed([POST[:-1], POST[-1:]], anew=False).known == 0
    assert parsed([POST + GET], anew=False).known == 0


def test_what_is_never_known() -> None:
    """Heads that change how a connection goes on, empty lines, and long heads."""
    close = GET.replace(b"Host", b"Connection: close\r\nHost")
    waits = POST.replace(b"Host", b"Expect: 100-continue\r\nHost")
    old = GET.replace(b"1.1", b"1.0")
    long = GET.replace(b"Host", b"A: " + b"a" * REMEMBERED_HEAD_BYTES_MAX + b"\r\nHost")
    forget()
    for data in (close, waits, old, long):
        for _ in range(4):
            assert parsed([data], anew=False).known == 0
    for _ in range(4):
        assert parsed([GET, b"\r\n\r\n"], anew=False).noted == parsed([GET], anew=True).noted
    assert [*known_heads] == [GET]


def test_a_part_of_a_head_is_none() -> None:
    """Not even if its Content-Length is what a search for the end of the head seems to leave."""
    part = b"GET / HTTP/1.1\r\nContent-Length: 34\r\nA"
    assert len(part) - len(b"GET") == 34
    forget()
    for _ in range(4):
        assert parsed([GET, part], anew=False).noted == parsed([GET], anew=True).noted
    assert [*known_heads] == [GET]


def test_known_heads_are_bounded() -> None:
    """Paths that come twice each do not fill the memory."""
    for number in range(3 * REMEMBERED_HEADS_MAX):
        for _ in range(2):
            parsed([GET.replace(b"limit=10", b"limit=%d" % number)], anew=False)
    assert len(known_heads) <= REMEMBERED_HEADS_MAX
