"""Grammar of a loss written as text: ``0.5*ce(balanced) + focal(gamma=2)``.

A spec is one or more terms joined by ``+``; a term is a loss, with a factor before it if need be
and its settings after it in brackets. A value may be a call, ``ramp(0, 2, 10)``, as may a factor.
`parse` turns text into plain terms that know their place; nothing is evaluated.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NoReturn, TypeVar

from calibrant.errors import InputError

__all__ = [
    "Argument",
    "Call",
    "Number",
    "Place",
    "Rule",
    "Spec",
    "Term",
    "Value",
    "parse",
    "suggestion",
    "write_number",
    "write_term",
]

Item = TypeVar("Item")
Number = int | float  # a checker of annotations at run time takes no int for a float


@dataclass(frozen=True, slots=True)
class Call:
    """A name with values in brackets, such as ``ramp(0, 2, 10)``.

    `names` has those of the values, empty for one by place; nothing where all go by place.
    """

    name: str
    arguments: "tuple[Value, ...]"
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = [f"{name}=" if name else "" for name in self.names] or [""] * len(self.arguments)
        values = map("".join, zip(names, map(_write, self.arguments), strict=True))
        return f"{self.name}({', '.join(values)})"


class Rule(ABC):
    """Value that a call in a spec makes, and that prints as that call."""

    @abstractmethod
    def __str__(self) -> str: ...


Value = bool | Number | str | Sequence[Number] | Sequence[Sequence[Number]] | Call | Rule | None
"""What a setting can be in a spec."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|(?P<word>[a-z_]\w*)
    |(?P<text>'[^']*'|"[^"]*")|(?P<mark>\S))""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_WORDS: Mapping[str, Value] = {"true": True, "false": False, "none": None}
_EXAMPLE = "Write it like 0.5*ce(balanced) + 0.5*soft_f1."


@dataclass(frozen=True, slots=True)
class Place:
    """Columns of a piece of text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Argument:
    """Setting in brackets; without a name `name` is empty, and `name_at` is that of the value."""

    name: str
    value: Value
    name_at: Place
    value_at: Place


@dataclass(frozen=True, slots=True)
class Term:
    """Loss with its factor and its arguments; `at` is the place of its name.

    A factor that changes over epochs is a call, the value of `schedule`, times `factor`.
    """

    factor: float
    schedule: Argument | None
    name: str
    arguments: tuple[Argument, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Spec:
    """Text and its terms."""

    text: str
    terms: tuple[Term, ...]

    def refuse(
        self, place: Place, *, what: str = "loss", rule: str, got: str, remedy: str
    ) -> NoReturn:
        """Raise `InputError` that shows the text with carets under `place`."""
        raise InputError(what, rule, got, remedy + _picture(self.text, place))


def parse(text: str) -> Spec:
    """Terms of a spec; raises `InputError` that shows where it is wrong."""
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError("loss", "be text", repr(text), _EXAMPLE)
    return _Parser(re.sub(r"\s", " ", text)).spec()


def write_number(number: Number) -> str:
    """Shortest text that reads back as the same number."""
    return repr(number).removesuffix(".0")


def write_term(name: str, settings: Mapping[str, object]) -> str:
    """Spec of one loss; a rule for class weights stands first, without its name."""
    rest = dict(settings)
    rule = (
        [str(rest.pop("class_weight"))] if isinstance(rest.get("class_weight"), str | Rule) else []
    )
    arguments = rule + [f"{key}={_write(value)}" for key, value in rest.items()]
    return f"{name}({', '.join(arguments)})" if arguments else name


def suggestion(word: str, existing: Iterable[str]) -> str:
    """Nearest of the existing words, if any is near, and all of them, or the first of very many."""
    existing = list(existing)
    near = get_close_matches(word.lower(), existing, n=1)
    few = existing if len(existing) <= 20 else existing[:3]
    more = f" and {len(existing) - len(few)} more" if len(few) < len(existing) else ""
    return (f"Did you mean {near[0]}? " if near else "") + f"There are: {', '.join(few)}{more}."


def _write(value: object) -> str:
    match value:
        case bool() | None:
            return str(value).lower()
        case int() | float():
            return write_number(value)
        case str() if value.lower() in _WORDS:
            return repr(value)  # the word, not what it stands for
        case [*items]:
            return f"[{', '.join(map(_write, items))}]"
        case _:
            return str(value)


def _picture(text: str, place: Place) -> str:
    return f"\n  {text}\n  {' ' * place.start}{'^' * max(place.end - place.start, 1)}"


class _Parser:
    """Recursive descent with one token of look-ahead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stop = 0  # where the token before ended
        self._read(0)

    def spec(self) -> Spec:
        terms = [self._term()]
        while self._take("+"):
            terms.append(self._term())
        if self.kind != "end":
            self._refuse("'+' and another loss, or the end")
        return Spec(self.text, tuple(terms))

    def _term(self) -> Term:
        factor, schedule = 1.0, None
        if self.kind == "number":
            factor = float(self._next()[0])
            self._expect("*", "'*' and a loss")
        name, arguments, at = self._called()
        if arguments and not any(argument.name for argument in arguments) and self._take("*"):
            call = Call(name, tuple(argument.value for argument in arguments))
            schedule = Argument("", call, at, at)
            name, arguments, at = self._called()
        return Term(factor, schedule, name, arguments, at)

    def _called(self) -> tuple[str, tuple[Argument, ...], Place]:
        if self.kind != "word":
            self._refuse("a loss, such as ce or 0.5*focal(gamma=2),")
        name, at = self._next()
        return name, self._arguments("setting") if self._take("(") else (), at

    def _arguments(self, kind: str) -> tuple[Argument, ...]:
        """What stands between the opening bracket, which is read, and the closing one."""
        if self._take(")"):
            return ()
        arguments = [self._argument()]
        while self._take(","):
            arguments.append(self._argument())
        self._expect(")", f"',' and another {kind}, or ')'")
        return tuple(arguments)

    def _argument(self) -> Argument:
        is_word, at = self.kind == "word", self.at
        value = self._value()
        first = Place(at.start, self.stop)
        if is_word and self._take("="):
            name, at = self.text[first.start : first.end], self.at
            return Argument(name, self._value(), first, Place(at.start, self.stop))
        return Argument("", value, first, first)

    def _value(self) -> Value:
        if self._take("["):
            is_table = self.kind == "mark" and self.token == "["
            return self._list(self._row) if is_table else self._list(self._number)
        if self.kind == "word":
            word, _ = self._next()
            return self._call(word) if self._take("(") else _WORDS.get(word, word)
        return self._next()[0][1:-1] if self.kind == "text" else self._number()

    def _call(self, name: str) -> Call:
        arguments = self._arguments("value")
        names = tuple(argument.name for argument in arguments)
        values = tuple(argument.value for argument in arguments)
        return Call(name, values, names if any(names) else ())

    def _row(self) -> list[Number]:
        self._expect("[", "a list of numbers in []")
        return self._list(self._number)

    def _list(self, item: Callable[[], Item]) -> list[Item]:
        items = [item()]
        while self._take(","):
            items.append(item())
        self._expect("]", "',' and another number, or ']'")
        return items

    def _number(self) -> Number:
        sign = -1 if self._take("-") else 1
        if self.kind != "number":
            self._refuse("a number, a word or a list of numbers in []")
        token, _ = self._next()
        return sign * (int(token) if token.isdecimal() and len(token) < 16 else float(token))

    def _take(self, mark: str) -> bool:
        found = self.kind == "mark" and self.token == mark
        if found:
            self._next()
        return found

    def _expect(self, mark: str, expected: str) -> None:
        if not self._take(mark):
            self._refuse(expected)

    def _next(self) -> tuple[str, Place]:
        token, at = self.token, self.at
        self.stop = at.end
        self._read(at.end)
        return token, at

    def _read(self, position: int) -> None:
        match = _TOKEN.match(self.text, position)
        self.kind = (match and match.lastgroup) or "end"
        self.token = match[self.kind] if match else ""
        start = match.start(self.kind) if match else len(self.text.rstrip())
        self.at = Place(start, start + len(self.token))

    def _refuse(self, expected: str) -> NoReturn:
        got = f"'{self.token}'" if self.token else "the end"
        rule = f"have {expected} at column {self.at.start + 1}"
        raise InputError("loss", rule, got, _EXAMPLE + _picture(self.text, self.at))
