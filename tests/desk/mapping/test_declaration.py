"""Mappings: the supplied ones suit their target, faulty ones are told what is wrong."""

from pathlib import Path
from typing import Any

import pytest

from arap.desk.mapping import MappingMissing, MappingRefused, load_mapping, shipped_mappings
from arap.desk.mapping.declaration import parse_mapping
from arap.desk.takeon.target import HISTORY

NAMES = ["late-payments-dmy", "late-payments-mdy", "open-items-iso", "standard"]


def test_the_supplied_mappings() -> None:
    assert shipped_mappings() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_supplied_mapping_suits_the_take_on(name: str) -> None:
    assert load_mapping(name, HISTORY).title


GOOD: dict[str, Any] = {
    "column": [
        {"header": "customer", "field": "customer_code"},
        {"header": "no", "field": "number"},
        {"header": "day", "field": "issued_on"},
        {"header": "sum", "field": "amount"},
    ],
    "constants": {"kind": "invoice"},
}

FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"target": "bank"}, "it is made for “bank”"),
    ({"colum": []}, "“colum” is unknown in “test”"),
    ({"column": {}}, "“column” has the wrong type"),
    ({"column": ["a"]}, "each [[column]] must be a table"),
    ({"column": [{"header": "a"}]}, "each column needs a header and a field"),
    ({"column": [{"header": "a", "field": "colour"}]}, "there is no field “colour”"),
    ({"column": [{"header": "a", "field": "kind"}]}, "“a” and its choices do not fit"),
    (
        {"column": [{"header": "a", "field": "kind", "choices": {"x": "receipt"}}]},
        "“kind” can only be one of invoice, credit_note",
    ),
    ({"constants": {"kind": "receipt"}}, "“kind” can only be one of invoice, credit_note"),
    ({"constants": {}}, "nothing fills kind"),
    ({"constants": {"kind": "invoice", "number": "1"}}, "“number” occurs twice"),
    ({"file": {"decimal": ";"}}, "“decimal” must be one of '.', ','"),
    ({"file": {"decimal": ",", "thousands": ","}}, "decimal and thousands are the same sign"),
    ({"file": {"dates": ["%d/%m"]}}, "“%d/%m” is not a date with day, month and year"),
    ({"file": {"dates": [1]}}, "“dates” must hold texts"),
    ({"file": {"encoding": "ebcdic-x"}}, "the encoding “ebcdic-x” is unknown"),
    (
        {"options": {"due_before_issue": "hope"}},
        "“due_before_issue” must be one of 'reject', 'warn'",
    ),
]


@pytest.mark.parametrize(("change", "fault"), FAULTS, ids=[row[1] for row in FAULTS])
def test_a_faulty_mapping_says_what_is_wrong(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(MappingRefused) as refusal:
        parse_mapping("test", {**GOOD, **change}, HISTORY)
    assert str(refusal.value) == f"The mapping “test” cannot be used: {fault}."


def test_a_mapping_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        'title = "Ours"\n[[column]]\nheader = "K"\nfield = "customer_code"\n'
        '[[column]]\nheader = "N"\nfield = "number"\n[[column]]\nheader = "D"\nfield = "issued_on"\n'
        '[[column]]\nheader = "A"\nfield = "amount"\n[constants]\nkind = "invoice"\n',
        encoding="utf-8",
    )
    mapping = load_mapping(str(path), HISTORY)
    assert (mapping.name, mapping.title, len(mapping.columns)) == ("ours", "Ours", 4)
    assert mapping.options == {"due_before_issue": "reject"}


def test_a_mapping_that_is_not_there_or_not_toml(tmp_path: Path) -> None:
    with pytest.raises(MappingMissing, match="There is no mapping “nowhere”; the ones supplied are"):
        load_mapping("nowhere", HISTORY)
    path = tmp_path / "bad.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(MappingRefused, match="The mapping “bad” is not a readable TOML file"):
        load_mapping(str(path), HISTORY)
