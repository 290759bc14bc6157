"""Which documents does a remittance text name? Pure reading of what payers write, in Chinese or
English.

Payers write "货款 10433/440/452", "inv. no 000123", "Rg INV2610433" or full-width digits; documents
are called INV-26-10433. A text is read as runs of letters and runs of digits; a document is named
when the text holds its whole number, or the end of it.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

TAIL_DIGITS_MIN = 3
"""Shorter bare numbers ("2 invoices", "lot 12") name a document only after a word like "invoice" or
"no".
"""

RUN_JOIN_MAX = 6
"""At most so many runs make up one written number: INV-2026-11-000123 has four."""

TEXT_MAX = 4_000
"""Remittance texts are short; what is longer is read up to here, so that no text can make the
search slow.
"""

NUMBER_WORDS = frozenset(
    [
        *("INV", "INVOICE", "INVOICES", "NO", "NOS", "N", "NR", "NUM", "NUMBER", "REF", "BILL"),
        *("CN", "CREDIT", "NOTE", "RG", "RE", "PO", "ORDER"),
    ]
)
NUMBER_WORD_ENDS = ("号", "款", "单", "票")
LIST_WORDS = frozenset(("AND", "UND", "和", "及", "与"))

_RUN = re.compile(r"\d+|[A-Z]+|[^\W\dA-Z_]+")
_DATE = re.compile(
    r"(?<![\w-])(19|20)\d\d(?:[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])(?![\w-])|年\d{1,2}月(?:\d{1,2}[日号])?)"
)
_MONEY = re.compile(r"(?<![\w.,])\d[\d,]*\.\d{2,3}(?![\w.])")
_YEAR = re.compile(r"(19|20)\d\d\Z")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of digits or letters of the text, and what stands between it and the run before."""

    text: str
    gap: str

    @property
    def is_digits(self) -> bool:
        return self.text.isdecimal()

    @property
    def key(self) -> str:
        """Numbers are compared without leading zeros: 000123 is 123."""
        return self.text.lstrip("0") or "0" if self.is_digits else self.text


@dataclass(frozen=True, slots=True)
class Named:
    """An identifier that the text names. `others` counts further identifiers that the same words
    could mean.
    """

    identifier: str
    others: int = 0


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:TEXT_MAX]).upper()


def runs_of(text: str) -> list[Run]:
    """Upper-case runs of letters and digits; full-width forms and ligatures are folded first
    (NFKC).
    """
    folded = _folded(text)
    runs, end = [], 0
    for match in _RUN.finditer(folded):
        runs.append(Run(match.group(), folded[end : match.start()]))
        end = match.end()
    return runs


def named_identifiers(text: str, identifiers: Sequence[str]) -> list[Named]:
    """The identifiers named in `text`, in the order of the text, each once.

    `identifiers` come in order of preference: where the end of a number fits several, the first is
    taken and the rest counted. Whole numbers are taken first; only what they leave of the text is
    searched for the ends of numbers. Dates and amounts of money in the text are not numbers of
    documents.
    """
    index = _Index(identifiers)
    runs = runs_of(text)
    taken = _whole_numbers(runs, index)
    found = taken | _tails(_usable(text), runs, taken, index)
    seen: dict[str, Named] = {}
    for at in sorted(found):
        if named := found[at]:
            seen.setdefault(named.identifier, named)
    return list(seen.values())


class _Index:
    """The identifiers by everything a payer may write for them."""

    def __init__(self, identifiers: Iterable[str]) -> None:
        self.runs: dict[str, list[Run]] = {}
        self.by_whole: dict[tuple[str, ...], str] = {}
        self.by_joined: dict[str, str] = {}
        self.by_tail: Mapping[str, list[str]] = defaultdict(list)
        for identifier in dict.fromkeys(identifiers):
            runs = runs_of(identifier)
            if not runs:
                continue
            self.runs[identifier] = runs
            self.by_whole.setdefault(tuple(run.key for run in runs), identifier)
            self.by_joined.setdefault("".join(run.text for run in runs), identifier)
            digits = [run for run in runs if run.is_digits]
            if digits:
                self.by_tail[digits[-1].key].append(identifier)
                joined = "".join(run.text for run in digits).lstrip("0")
                if len(digits) > 1 and len(joined) > TAIL_DIGITS_MIN:
                    self.by_tail[joined].append(identifier)


def _whole_numbers(runs: Sequence[Run], index: _Index) -> dict[int, Named | None]:
    """Positions of runs that belong to a number written out in full; the longest reading wins. None
    marks its further runs.
    """
    taken: dict[int, Named | None] = {}
    at = 0
    while at < len(runs):
        for length in range(min(RUN_JOIN_MAX, len(runs) - at), 1, -1):
            identifier = _whole(runs[at : at + length], index)
            if identifier:
                taken.update(dict.fromkeys(range(at, at + length)))
                taken[at] = Named(identifier)
                at += length
                break
        else:
            at += 1
    return taken


def _whole(runs: Sequence[Run], index: _Index) -> str | None:
    return index.by_whole.get(tuple(run.key for run in runs)) or index.by_joined.get("".join(run.text for run in runs))


def _usable(text: str) -> list[bool]:
    """For each run of the text, whether it stands outside dates and amounts of money."""
    folded = _folded(text)
    blocked = [match.span() for pattern in (_DATE, _MONEY) for match in pattern.finditer(folded)]
    return [not any(start <= run.start() < end for start, end in blocked) for run in _RUN.finditer(folded)]


def _tails(
    usable: Sequence[bool], runs: Sequence[Run], taken: Mapping[int, Named | None], index: _Index
) -> dict[int, Named | None]:
    """Ends of numbers, and after one the shorter ends of a list: in 10433/440 the 440 is 10440."""
    found: dict[int, Named | None] = {}
    last: Named | None = None
    for at, run in enumerate(runs):
        if at in taken:
            last = taken[at] or last
        elif run.is_digits and usable[at]:
            named = (last and _continued(last.identifier, run, index)) or _standing_alone(runs, at, index)
            if named:
                found[at] = last = named
        elif run.text not in LIST_WORDS:
            last = None
    return found


def _continued(identifier: str, run: Run, index: _Index) -> Named | None:
    """The number that `run` shortens after `identifier`; of several, those that start alike."""
    before = index.runs[identifier]
    full = next(other.text for other in reversed(before) if other.is_digits)
    if not 2 <= len(run.text) < len(full):
        return None
    key = (full[: -len(run.text)] + run.text).lstrip("0")
    return _best({other: _common_start(before, index.runs[other]) for other in index.by_tail.get(key, ())})


def _common_start(one: Sequence[Run], other: Sequence[Run]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a.key != b.key), min(len(one), len(other)))


def _standing_alone(runs: Sequence[Run], at: int, index: _Index) -> Named | None:
    """A bare number means a document when it is long and no year, or after "invoice" or "no"."""
    run, before = runs[at], runs[at - 1].text if at else ""
    announced = before in NUMBER_WORDS or before.endswith(NUMBER_WORD_ENDS)
    if not announced and (len(run.text) < TAIL_DIGITS_MIN or _YEAR.match(run.text)):
        return None
    fitting = index.by_tail.get(run.key, ())
    return _best({other: _agreement(index.runs[other], runs, at) for other in fitting})


def _best(agreements: Mapping[str, int]) -> Named | None:
    """The first of those that agree most; none that is contradicted (-1)."""
    best = max(agreements.values(), default=-1)
    if best < 0:
        return None
    fitting = [identifier for identifier, agreement in agreements.items() if agreement == best]
    return Named(fitting[0], len(fitting) - 1)


def _agreement(identifier: Sequence[Run], runs: Sequence[Run], at: int) -> int:
    """How many runs before the number agree, one more when that is all of the identifier.

    -1 when a number joined by "-" contradicts: 25-10433 is not INV-26-10433.
    """
    last = max(place for place, run in enumerate(identifier) if run.is_digits)
    own = identifier[:last][::-1]
    for agreed, run in enumerate(own):
        place = at - agreed - 1
        if place >= 0 and runs[place].key == run.key:
            continue
        same_shape = place >= 0 and runs[place].is_digits and run.is_digits and len(runs[place].text) == len(run.text)
        return -1 if same_shape and runs[place + 1].gap == "-" else agreed
    return len(own) + 1
