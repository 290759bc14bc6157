"""Objects and lists: shapes with shapes inside. They note every problem with its place and stop at none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from arap.api.shapes import REQUIRED, UNFIT, Shape, Wrong

UNKNOWN_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field. `row` is its place, from 0, where a request brings many of a kind."""

    message: str
    field: str = ""
    row: int | None = None


class Nested(Shape):
    """A shape with shapes inside: it notes every problem with its place instead of stopping at the first."""

    def read(self, value: Any, at: str, problems: list[Problem]) -> Any:
        """What `value` means; what is wrong goes to `problems`, each field's name beginning with `at`."""
        raise NotImplementedError

    def take(self, value: Any) -> Any:
        raise AssertionError("nested shapes are read")


class Many(Nested):
    """A list of `each`, from `least` to `most` of them."""

    def __init__(self, each: Shape, most: int, *, least: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.each, self.most, self.least = each, most, least

    def read(self, value: Any, at: str, problems: list[Problem]) -> Any:
        if type(value) is not list:
            problems.append(Problem(_("This is a list."), at))
            return None
        if not self.least <= len(value) <= self.most:
            told = _("This list has from %(least)s to %(most)s entries.") % {"least": self.least, "most": self.most}
            problems.append(Problem(told, at))
            return None
        return [read_one(self.each, one, f"{at}.{place}", problems) for place, one in enumerate(value)]

    def kind(self) -> dict[str, Any]:
        return {"type": "array", "items": self.each.schema(), "minItems": self.least, "maxItems": self.most}


class Record(Nested):
    """An object with these fields and no others. `name` is what generated clients call it."""

    def __init__(self, name: str, fields: Mapping[str, Shape], **options: Any) -> None:
        super().__init__(**options)
        self.name = name
        self.fields = dict(fields)

    def named(self, **options: Any) -> "Record":
        """The same shape as a field that may be null or left out."""
        return Record(self.name, self.fields, **options)

    def read(self, value: Any, at: str, problems: list[Problem], *, partly: bool = False) -> Any:
        """The fields by name. With `partly` what was left out stays out; else its default stands in."""
        if type(value) is not dict:
            problems.append(Problem(_("This is an object."), at))
            return None
        prefix = f"{at}." if at else ""
        result: dict[str, Any] = {}
        count = 0
        for name, shape in self.fields.items():
            if name in value:
                count += 1
                one = value[name]
                if one is None or isinstance(shape, Nested):
                    result[name] = read_one(shape, one, prefix + name, problems)
                    continue
                try:
                    result[name] = shape.take(one)
                except Wrong as wrong:
                    problems.append(Problem(str(wrong), prefix + name))
            elif partly:
                continue
            elif shape.default is REQUIRED:
                problems.append(Problem(_("This is missing."), prefix + name))
            else:
                result[name] = shape.default
        if count != len(value):
            unknown = [name for name in value if name not in self.fields]
            problems += [
                Problem(_("There is no such field."), prefix + shown(name)) for name in unknown[:UNKNOWN_SHOWN]
            ]
        return result

    def kind(self) -> dict[str, Any]:
        return {"$ref": f"#/components/schemas/{self.name}"}

    def component(self) -> dict[str, Any]:
        """The JSON Schema behind the name."""
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {name: shape.schema() for name, shape in self.fields.items()},
            "additionalProperties": False,
        }
        required = [name for name, shape in self.fields.items() if shape.default is REQUIRED]
        if required:
            schema["required"] = required
        return schema


def read_one(shape: Shape, value: Any, at: str, problems: list[Problem]) -> Any:
    """What `value` means as `shape`; what is wrong goes to `problems`."""
    if value is None:
        if not shape.null:
            problems.append(Problem(_("This is not null."), at))
        return None
    if isinstance(shape, Nested):
        return shape.read(value, at, problems)
    try:
        return shape.take(value)
    except Wrong as wrong:
        problems.append(Problem(str(wrong), at))
        return None


def shown(name: str) -> str:
    """The name of a field as somebody sent it, fit to be sent back."""
    return UNFIT.sub("\ufffd", name)[:60]
