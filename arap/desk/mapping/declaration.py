"""Mappings: which column of a file is which field, and how its text is to be read.

A mapping is a TOML file:

    title = "What this file is"
    target = "history"              # the importer it is for
    [file]                          # all optional
    encoding = "auto"               # or a Python codec: the file is then read in that one only
    delimiter = "auto"              # or one of , ; | and tab
    unknown_columns = "refuse"      # or "ignore"
    dates = ["%Y-%m-%d"]            # tried in this order
    decimal = "."
    thousands = ""
    ignored = ["Unnamed: 0"]        # headers that may stand there and are not read
    [[column]]
    header = "doc_id"               # compared without regard to case
    field = "number"                # a field of the target, or "facts.<name>" to keep it as a fact
    required = true                 # the column must be there and no cell of it may be empty
    whole_number = true             # codes only: "1930659387.0" means 1930659387
    choices = { Yes = true }        # choices only: text in the file = value
    separator = ";"                 # lists only
    over_precise = "round"          # amounts only; "reject" unless told
    signed = true                   # amounts only: one below zero is taken as it is, for the importer to judge
    [constants]
    currency = "USD"                # fields that have no column
    [options]                       # what else the target asks to be told
"""

import re
import tomllib
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from dataclasses import field as with_default
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from arap.desk.mapping.errors import MappingMissing, MappingRefused

FOLDER = Path(__file__).resolve().parent.parent / "mappings"
DELIMITERS = (",", ";", "\t", "|")
FACT = "facts."
MAPPING_BYTES_MAX = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The fields an importer can use (field -> kind), how long each may be, and its options.

    `choices` gives the values that a field of kind choice may take, `options` the permitted values of each option, of
    which the first is taken when the mapping says nothing. Facts are columns without a field of their own, kept as
    text or choice. `words` gives the texts that a file may use for the values of a choice.
    """

    name: str
    fields: Dict[str, str]
    required: frozenset[str] = frozenset()
    max_length: Dict[str, int] = with_default(default_factory=dict)
    choices: Dict[str, tuple[str, ...]] = with_default(default_factory=dict)
    words: Dict[str, Dict[str, str]] = with_default(default_factory=dict)
    keeps_facts: bool = False
    options: Dict[str, tuple[str, ...]] = with_default(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the file and the field it fills."""

    header: str
    field: str
    kind: str
    required: bool = False
    max_length: int = 200
    whole_number: bool = False
    choices: Dict[str, Any] = with_default(default_factory=dict)
    separator: str = ";"
    over_precise: str = "reject"
    signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A checked mapping. `constants` are texts, read like cells of their field's kind."""

    name: str
    title: str
    columns: tuple[Column, ...]
    constants: Dict[str, str]
    options: Dict[str, str]
    ignored: frozenset[str] = frozenset()
    encoding: str = "auto"
    delimiter: str = "auto"
    unknown_columns: str = "refuse"
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    decimal: str = "."
    thousands: str = ""


def shipped_mappings() -> list[str]:
    """Names of the mappings that come with the application, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_mapping(name_or_file: str, target: Target) -> Mapping:
    """The mapping of that name or in that file, checked against `target`.

    Raises MappingMissing, and MappingRefused when it is not TOML or does not suit the target.
    """
    is_name = re.fullmatch(r"[a-z0-9-]+", name_or_file) and name_or_file in shipped_mappings()
    path = FOLDER / f"{name_or_file}.toml" if is_name else Path(name_or_file)
    name = path.stem
    if not path.is_file():
        raise MappingMissing(
            _("There is no mapping “%(name)s”; the ones supplied are: %(names)s.")
            % {"name": name_or_file, "names": ", ".join(shipped_mappings())}
        )
    try:
        with path.open("rb") as file:
            content = tomllib.loads(file.read(MAPPING_BYTES_MAX).decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingRefused(
            _("The mapping “%(name)s” is not a readable TOML file: %(error)s.")
            % {"name": name, "error": str(error).rstrip(".")}
        ) from error
    return parse_mapping(name, content, target)


def parse_mapping(name: str, content: dict[str, Any], target: Target) -> Mapping:
    """The mapping stated by `content`. Raises MappingRefused with the first fault found."""
    try:
        return _mapping(name, content, target)
    except _Fault as fault:
        raise MappingRefused(
            _("The mapping “%(name)s” cannot be used: %(fault)s.") % {"name": name, "fault": str(fault)}
        ) from None


class _Fault(Exception):
    """What is wrong with a mapping, as the second half of a sentence."""


def _mapping(name: str, content: dict[str, Any], target: Target) -> Mapping:
    _only(content, {"title", "target", "file", "column", "constants", "options"}, name)
    if content.get("target", target.name) != target.name:
        raise _Fault(_("it is made for “%(target)s”") % {"target": content["target"]})
    columns = tuple(_column(entry, target) for entry in _typed(content, "column", list, []))
    constants = _typed(content, "constants", dict, {})
    for given, value in constants.items():
        _kind_of(given, target)
        _permitted_choices(given, [value], target)
    _each_once([column.header.casefold() for column in columns])
    filled = [column.field for column in columns] + list(constants)
    _each_once(filled)
    if missing := sorted(target.required.difference(filled)):
        raise _Fault(_("nothing fills %(fields)s") % {"fields": ", ".join(missing)})
    return Mapping(
        name=name,
        title=_typed(content, "title", str, name),
        columns=columns,
        constants={key: str(value) for key, value in constants.items()},
        options=_options(_typed(content, "options", dict, {}), target),
        **_file_settings(_typed(content, "file", dict, {})),
    )


def _column(entry: Any, target: Target) -> Column:
    if not isinstance(entry, dict):
        raise _Fault(_("each [[column]] must be a table"))
    header, name = _typed(entry, "header", str, ""), _typed(entry, "field", str, "")
    permitted = {"header", "field", "required", "whole_number", "choices", "separator"}
    _only(entry, permitted | {"over_precise", "signed"}, header)
    if not header.strip() or not name:
        raise _Fault(_("each column needs a header and a field"))
    choices = _typed(entry, "choices", dict, {})
    kind = _kind_of(name, target)
    if kind == "text" and name.startswith(FACT) and choices:
        kind = "choice"
    if (kind == "choice") != bool(choices):
        raise _Fault(_("“%(header)s” and its choices do not fit") % {"header": header})
    _permitted_choices(name, list(choices.values()), target)
    return Column(
        header=header.strip(),
        field=name,
        kind=kind,
        required=_typed(entry, "required", bool, False),
        max_length=target.max_length.get(name, 200),
        whole_number=_typed(entry, "whole_number", bool, False),
        choices={key.casefold(): value for key, value in choices.items()},
        separator=_typed(entry, "separator", str, ";") or ";",
        over_precise=_one_of(entry, "over_precise", ("reject", "round")),
        signed=_typed(entry, "signed", bool, False),
    )


def _permitted_choices(name: str, values: list[Any], target: Target) -> None:
    if name in target.choices and not set(map(str, values)) <= set(target.choices[name]):
        raise _Fault(
            _("“%(field)s” can only be one of %(values)s") % {"field": name, "values": ", ".join(target.choices[name])}
        )


def _file_settings(content: dict[str, Any]) -> dict[str, Any]:
    permitted = {"encoding", "delimiter", "unknown_columns", "dates", "decimal", "thousands"}
    _only(content, permitted | {"ignored"}, "file")
    settings: dict[str, Any] = {
        "encoding": _typed(content, "encoding", str, "auto"),
        "delimiter": _one_of(content, "delimiter", ("auto", *DELIMITERS)),
        "unknown_columns": _one_of(content, "unknown_columns", ("refuse", "ignore")),
        "decimal": _one_of(content, "decimal", (".", ",")),
        "thousands": _one_of(content, "thousands", ("", ",", ".", " ", "'", "\N{NO-BREAK SPACE}")),
        "dates": tuple(_texts(content, "dates") or ["%Y-%m-%d"]),
        "ignored": frozenset(text.casefold() for text in _texts(content, "ignored")),
    }
    if settings["thousands"] == settings["decimal"]:
        raise _Fault(_("decimal and thousands are the same sign"))
    for pattern in settings["dates"]:
        if not all(part in pattern for part in ("%d", "%m")) or not re.search("%[Yy]", pattern):
            raise _Fault(_("“%(pattern)s” is not a date with day, month and year") % {"pattern": pattern})
    if settings["encoding"] != "auto":
        try:
            "a".encode(settings["encoding"])
        except (LookupError, UnicodeError):
            raise _Fault(_("the encoding “%s” is unknown") % settings["encoding"]) from None
    return settings


def _options(given: dict[str, Any], target: Target) -> dict[str, str]:
    _only(given, set(target.options), "options")
    return {name: _one_of(given, name, values) for name, values in target.options.items()}


def _kind_of(name: str, target: Target) -> str:
    if name.startswith(FACT) and target.keeps_facts and name != FACT:
        return "text"
    if name not in target.fields:
        raise _Fault(_("there is no field “%(field)s”") % {"field": name})
    return target.fields[name]


def _only(content: dict[str, Any], permitted: set[str], where: str) -> None:
    if unknown := sorted(set(content) - permitted):
        raise _Fault(_("“%(key)s” is unknown in “%(where)s”") % {"key": unknown[0], "where": where})


def _typed(content: dict[str, Any], key: str, kind: type, default: Any) -> Any:
    value = content.get(key, default)
    if not isinstance(value, kind):
        raise _Fault(_("“%(key)s” has the wrong type") % {"key": key})
    return value


def _one_of(content: dict[str, Any], key: str, permitted: tuple[str, ...]) -> str:
    value = content.get(key, permitted[0])
    if value not in permitted:
        raise _Fault(
            _("“%(key)s” must be one of %(values)s")
            % {"key": key, "values": ", ".join(repr(each) for each in permitted)}
        )
    return str(value)


def _texts(content: dict[str, Any], key: str) -> list[str]:
    values = _typed(content, key, list, [])
    if not all(isinstance(value, str) for value in values):
        raise _Fault(_("“%(key)s” must hold texts") % {"key": key})
    return list(values)


def _each_once(names: list[str]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _Fault(_("“%(name)s” occurs twice") % {"name": twice[0]})
