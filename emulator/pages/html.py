"""HTML and SVG as a tree of elements. Everything in it is escaped: there is no way to insert markup as text."""

from collections.abc import Iterator
from html import escape
from typing import TypeAlias

from emulator.core.struct import Struct

Child: TypeAlias = "Element | str | None"

VOID = frozenset({"input", "link", "meta"})
LINKS = frozenset({"href", "action"})
SAFE_SCHEMES = ("http://", "https://", "/")


class Element(Struct, frozen=True):
    """An element with its attributes and what is inside it."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Child, ...]

    def __str__(self) -> str:
        return "".join(self._parts())

    def _parts(self) -> Iterator[str]:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes)
        yield f"<{self.tag}{attributes}>"
        if self.tag in VOID:
            return
        for child in self.children:
            if isinstance(child, Element):
                yield from child._parts()
            elif child is not None:
                yield escape(_visible(child))
        yield f"</{self.tag}>"


def h(tag: str, *children: Child, **attributes: str | None) -> Element:
    """Return an element: ``h("a", "Home", href="/", class_="link")``. An attribute of None is left out.

    A link that leads anywhere else than to a web page loses its attribute, so no record can smuggle in a script.
    """
    given = ((name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items() if value is not None)
    return Element(tag, tuple((name, _visible(value)) for name, value in given if _is_safe(name, value)), children)


def _is_safe(name: str, value: str) -> bool:
    return name not in LINKS or (value.lower().startswith(SAFE_SCHEMES) and not value.startswith(("//", "/\\")))


def _visible(text: str) -> str:
    """Return text without what UTF-8 or HTML cannot carry: lone surrogates and control characters."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if _is_control(character) else character for character in text)


def _is_control(character: str) -> bool:
    code = ord(character)
    return (code < 0x20 and character not in "\t\n") or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code in BIDI


BIDI = frozenset({*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F})
"""Characters that change the direction of what follows, with which a name could rearrange the page around it."""
