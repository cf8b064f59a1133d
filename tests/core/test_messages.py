"""Messages: counts have the right form of their noun, and names are quoted."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import emulator
from emulator.core.plural import plural

SOURCES = sorted(Path(emulator.__file__).parent.rglob("*.py"))
NOUN = re.compile(r" (?:(?:more|other|new|matching) )?(?P<noun>\w+s)\b")


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 entries"), (1, "1 entry"), (1.0, "1 entry"), (2, "2 entries"), (0.05, "0.05 entries")]
)
def test_a_count_has_the_right_form_of_its_noun(count: float, text: str) -> None:
    """Only one is singular."""
    assert plural(count, "entry", "entries") == text
    assert plural(count, "request").startswith(text.split()[0])


def test_no_message_has_a_count_before_a_fixed_plural() -> None:
    """A length or a counted noun in an f-string goes through ``plural``; a constant above one needs no test."""
    trees = [(path, ast.parse(path.read_text())) for path in SOURCES]
    nouns = {noun for _, tree in trees for noun in _counted_nouns(tree)}
    assert {"requests", "seconds", "entries"} <= nouns
    assert [f"{path.name}:{line}" for path, tree in trees for line in _fixed_plurals(tree, nouns)] == []


def test_unknown_names_are_quoted() -> None:
    """A name that a user gave stands out from the words around it: ``unknown fault 'a'``."""
    unquoted = re.compile(r"\bunknown (?:\w+|\{\w+\}) \{\w+(?:\.\w+)*\}")
    assert [(path.name, found) for path in SOURCES for found in unquoted.findall(path.read_text())] == []


def _counted_nouns(tree: ast.Module) -> Iterator[str]:
    """Yield the plurals of the nouns that a module counts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "plural":
            words = [word.value.split()[-1] for word in node.args[1:] if isinstance(word, ast.Constant)]
            yield words[1] if len(words) > 1 else f"{words[0]}s"


def _fixed_plurals(tree: ast.Module, nouns: set[str]) -> Iterator[int]:
    """Yield the lines of f-strings in which a value that may be one precedes a noun in the plural."""
    for node in ast.walk(tree):
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        for value, text in pairwise(parts):
            if isinstance(value, ast.FormattedValue) and isinstance(text, ast.Constant):
                noun = NOUN.match(str(text.value))
                name = ast.unparse(value.value)
                if noun and not name.isupper() and (name.startswith("len(") or noun["noun"] in nouns):
                    yield node.lineno
