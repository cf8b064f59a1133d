"""Heads that are known are read as those that are parsed."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from emulator.server import request_parser
from emulator.server.known_heads import (
    METHODS,
    REMEMBERED_HEAD_BYTES_MAX,
    REMEMBERED_HEADS_MAX,
    KnownHead,
    KnownHeads,
)
from emulator.server.request_head import Head, parse_target
from emulator.server.request_parser import Refused, RequestParser
from emulator.web.headers import PARSED, Headers, parsed_headers

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
    """Notes what is parsed, and whether a request was the last one of its connection."""

    def __init__(self) -> None:
        self.noted: list[tuple[object, ...]] = []
        self.known = 0
        self.closed = False

    def request_parsed(self, head: Head, body: bytes) -> None:
        self.known += isinstance(head, KnownHead)
        self.head_parsed(head)
        self.body_parsed(body)
        self.message_ended()

    def message_begun(self) -> None: ...

    def head_parsed(self, head: Head) -> None:
        self.closed = self.closed or not head.keep_alive
        facts = head.method, head.version, head.path, head.raw_path, head.query, head.origin
        self.noted.append(
            (*facts, head.keep_alive, head.awaits_continue, head.headers.raw, head.headers._first, head.headers.size)
        )

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
    """Forget all heads."""
    request_parser.known_heads = KnownHeads()


def remembered() -> list[bytes]:
    """Return the heads that were found twice."""
    return list(request_parser.known_heads._whole)


def parsed(reads: Sequence[bytes], *, anew: bool) -> Listener:
    """Return what a parser finds, with the help of known heads, or without it (``anew``)."""
    listener = Listener()
    parser = RequestParser(listener)
    for data in reads:
        if listener.closed:
            break
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


VALUES = [
    *(b"a", b"b", b"ab", b"abb", b"close", b"keep-alive", b"chunked", b"0", b"2", b"4", b"100-continue", b"", b" x "),
    *(b"x\ty", b"\xe9", b"a b", b"a:b", b"\x00", b"a\r\nB: c", b"a\nb", b"x" * 3000),
    b"\r\n\r\nGET / HTTP/1.1\r\nHost: x",
]
LINES = [b"GET /a HTTP/1.1", b"GET /a/b?c=%20 HTTP/1.1", b"PUT //a/../b HTTP/1.1", b"DELETE /a~ HTTP/1.1"]
OTHER_LINES = [
    b"GET http://h/a HTTP/1.1",
    b"GET /a#b HTTP/1.1",
    b"GET /a?b#c HTTP/1.1",
    b"GET /a HTTP/1.0",
    b"GET /a HTTP/1.2",
    b"GET /a",
    b"GET  /a HTTP/1.1",
    b"GET /a b HTTP/1.1",
    b"GET /\xe9 HTTP/1.1",
    b"GET /\x00 HTTP/1.1",
    b"GET * HTTP/1.1",
    b"GET a HTTP/1.1",
    b"get /a HTTP/1.1",
    b"NONE /a HTTP/1.1",
    b"CONNECT /a HTTP/1.1",
    b"CONNECT h:1 HTTP/1.1",
    b"PRI * HTTP/2.0",
    b"",
]
NAMES = [b"X-Id", b"x-id", b"Y", b"Host", b"Connection", b"Content-Length", b"Expect", b"Transfer-Encoding", b"Upgrade"]


@st.composite
def alike(draw: st.DrawFn) -> Sequence[bytes]:
    """Requests that differ in their first line, and in the value of one header or of two, each sent by itself."""
    before = draw(st.lists(st.sampled_from(HEADERS[:12]), max_size=2))
    after = draw(st.lists(st.sampled_from(HEADERS[:12]), max_size=2))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2))
    colons = st.sampled_from([b": ", b": ", b":", b":  "])
    body = draw(st.sampled_from([b"", b"{}", b"0\r\n\r\n"]))
    sent = []
    for _ in range(draw(st.integers(3, 6))):
        own = [name + draw(colons) + draw(st.sampled_from(VALUES)) for name in names]
        line = draw(st.sampled_from([LINES[0]] * len(OTHER_LINES) + LINES + OTHER_LINES))
        sent.append(b"\r\n".join([line, *before, *own, *after, b"", body]))
    return sent


@given(alike())
def test_heads_that_are_alike_are_read_alike(sent: Sequence[bytes]) -> None:
    """Whatever comes after the like of it has the same meaning as to a parser that knows no head."""
    forget()
    for request in [*sent, *sent]:
        assert parsed([request], anew=False).noted == parsed([request], anew=True).noted
    assert parsed(sent, anew=False).noted == parsed(sent, anew=True).noted


def known_head(line: bytes) -> KnownHead | None:
    """Return what is known of a head with this request line whose fields have come before."""
    known = KnownHeads()
    for _ in range(2):
        known.learn(GET, 0, parsed_head(GET))
    return known.find(GET.replace(GET.partition(b"\r\n")[0], line), 0)


def parsed_head(sent: bytes) -> Head:
    """Return the head of a request."""
    parser = RequestParser(Listener())
    parser.feed(sent)
    return parser


METHOD = st.sampled_from([*METHODS.values(), "TRACE", "get"])
TARGET = st.text("/aZ09?%#&=[]:@.~+;,'()*!$-_\\\"<>{}|^` \x7fé", max_size=12).map(lambda text: f"/{text}".encode())


@given(METHOD, TARGET)
def test_a_line_above_known_fields_is_read_as_others_are(method: str, target: bytes) -> None:
    """Its target is taken apart as httptools does."""
    if known := known_head(b"%s %s HTTP/1.1" % (method.encode(), target)):
        assert known.method == method
        assert (known.path, known.raw_path, known.query, known.origin) == parse_target(target)


def test_usual_lines_above_known_fields_are_not_parsed() -> None:
    """They have any path, and a query without a fragment."""
    for target in (b"/", b"/a/b-c?d=1&e-f=%20-2", b"/~space/a.b?c[]=d", b"/%20?", b"//a?b?c"):
        assert known_head(b"PATCH %s HTTP/1.1" % target)


def test_fields_are_known_below_any_usual_line() -> None:
    """From the third time on, with other methods, paths and queries; lines that are unusual are parsed."""
    forget()
    requests = [GET.replace(b"GET /cnaught/v1/orders?limit=10 HTTP/1.1", line) for line in [*LINES, *OTHER_LINES]]
    assert [parsed([request], anew=False).known for request in requests] == [0, 0, 1, 1] + [0] * len(OTHER_LINES)
    for request in requests:
        assert parsed([request], anew=False).noted == parsed([request], anew=True).noted


def test_known_fields_have_their_body_behind_them() -> None:
    """All of it, and nothing else."""
    other = POST.replace(b"orders", b"quotes")
    for sent in ([other[:-1], other[-1:]], [other + GET], [other]):
        forget()
        for _ in range(2):
            parsed([POST], anew=False)
        found = parsed(sent, anew=False)
        assert (found.known, found.noted) == (sent == [other], parsed(sent, anew=True).noted)


def test_empty_lines_are_no_part_of_a_head() -> None:
    """What follows one is not taken for header fields."""
    forget()
    for _ in range(3):
        parsed([b"\r\n" + GET], anew=False)
    assert parsed([b"PUT /a HTTP/1.1\r\n" + GET], anew=False).noted == [("refused", 400)]


def keyed(key: bytes, *others: bytes) -> bytes:
    return POST.replace(b"Host", b"\r\n".join([b"Idempotency-Key: " + key, *others, b"Host"]))


def test_a_head_is_known_but_for_one_value_from_the_third_one_on() -> None:
    """The first two show which header differs. Bodies of another length, and other paths, are learned by themselves."""
    forget()
    assert [parsed([keyed(b"%d" % number)], anew=False).known for number in range(4)] == [0, 0, 1, 1]
    assert parsed([keyed(b"5")], anew=False).noted == parsed([keyed(b"5")], anew=True).noted
    longer = [keyed(b"%d" % number).replace(b"Length: 2", b"Length: 3") + b" " for number in range(4)]
    assert [parsed([request], anew=False).known for request in longer] == [0, 0, 1, 1]
    assert parsed([keyed(b"7")], anew=False).known == 1


def test_a_pattern_outlives_heads_that_differ_more() -> None:
    """A head that differs in two values teaches nothing."""
    forget()
    requests = [keyed(b"1"), keyed(b"2"), keyed(b"3").replace(b"localhost", b"localhosT"), keyed(b"4")]
    assert [parsed([request], anew=False).known for request in requests] == [0, 0, 0, 1]


def test_values_that_no_pattern_stands_for() -> None:
    """Values with other than visible characters, headers that decide how a connection goes on, and repeated ones."""
    forget()
    for number in range(3):
        parsed([keyed(b"%d" % number)], anew=False)
    for value in (b"", b"a b", b" a", b"\xe9", b"a\r\nConnection: close"):
        assert parsed([keyed(value)], anew=False).known == 0
    for name in (b"Connection: a", b"Proxy-Connection: a", b"Idempotency-Key: a", b"Upgrade: a", b"Expect: a"):
        forget()
        requests = [keyed(b"x", name + b"%d" % number) for number in range(4)]
        assert [parsed([request], anew=False).known for request in requests] == [0] * 4, name


def test_what_is_around_the_value_is_as_in_the_pattern() -> None:
    """The headers before it and behind it, and the space in front of it."""
    for place in (b"Idem", b"Host"):
        for other in (b"X: a", b"X: b"):
            forget()
            requests = [keyed(b"%d" % number).replace(place, b"X: a\r\n" + place) for number in range(3)]
            last = keyed(b"3").replace(place, other + b"\r\n" + place)
            assert [parsed([request], anew=False).known for request in [*requests, last]] == [0, 0, 1, other == b"X: a"]
    forget()
    for key in (b" ab", b" cb", b"abb"):
        assert parsed([keyed(key)], anew=False).noted == parsed([keyed(key)], anew=True).noted


def test_a_repeated_head_is_known_as_such() -> None:
    """Even if a pattern stands for it."""
    forget()
    for number in (1, 2, 3, 3):
        parsed([keyed(b"%d" % number)], anew=False)
    assert remembered() == [keyed(b"3")[:-2]]


@given(st.lists(st.sampled_from([b"a", b"b", b"c"]), min_size=1, max_size=4, unique=True), st.data())
def test_replaced_headers(names: Sequence[bytes], data: st.DataObject) -> None:
    """Headers with another value are those that would have been made of it, and leave the others as they were."""
    values = st.binary(max_size=3).map(lambda value: value.strip(b" \t"))
    headers = Headers([(name, data.draw(values)) for name in names])
    raw, first = headers.raw, {**headers._first}
    position, value = data.draw(st.integers(0, len(names) - 1)), data.draw(values)
    expected = Headers([(name, value if at == position else old) for at, (name, old) in enumerate(raw)])
    found = headers.replaced(position, value)
    assert (found.raw, found.size) == (expected.raw, expected.size)
    assert [found.get(name) for name in (*names, b"d")] == [expected.get(name) for name in (*names, b"d")]
    assert (headers.raw, headers._first) == (raw, first)


def test_headers_that_are_changed_on_the_way() -> None:
    """What the server has parsed does not count any more."""
    headers = Headers([(b"host", b"a")])
    scope = {"headers": headers.raw, PARSED: headers}
    assert parsed_headers(scope) is headers
    assert parsed_headers({**scope, "headers": [*headers.raw, (b"x", b"y")]}) is None
    assert parsed_headers({"headers": headers.raw}) is None


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
    assert remembered() == [GET]


def test_a_part_of_a_head_is_none() -> None:
    """Not even if its Content-Length is what a search for the end of the head seems to leave."""
    part = b"GET / HTTP/1.1\r\nContent-Length: 34\r\nA"
    assert len(part) - len(b"GET") == 34
    forget()
    for _ in range(4):
        assert parsed([GET, part], anew=False).noted == parsed([GET], anew=True).noted
    assert remembered() == [GET]


def test_known_heads_are_bounded() -> None:
    """Paths that come twice each do not fill the memory, and long ones are not kept."""
    forget()
    for number in range(3 * REMEMBERED_HEADS_MAX):
        for _ in range(2):
            parsed([GET.replace(b"limit=10", b"limit=%d" % number)], anew=False)
    assert 0 < len(remembered()) <= REMEMBERED_HEADS_MAX
    long = GET.replace(b"limit=10", b"x" * REMEMBERED_HEAD_BYTES_MAX)
    assert [parsed([long], anew=False).known for _ in range(4)] == [1] * 4
    assert long not in remembered()
