"""The rules of the house that no linter knows. Each carries code it must catch and code it must let pass."""

import ast
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import load_command_class

ROOT = Path(__file__).resolve().parent.parent
APPS = ("arap", "customers", "invoices", "collections", "reconciliation")
EDGES = (
    "views",
    "tasks",
    "management",
    "admin",
    "api",
    "middleware.py",
    "context.py",
    "session_store.py",
    "views.py",
    "tasks.py",
    "admin.py",
)
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 350

Rule = Callable[[ast.Module, str], Iterator[int]]


def sources(*folders: str) -> list[Path]:
    """Python files of our own, migrations left out: those are written once and never tidied."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in paths if "migrations" not in path.parts]


def calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    """Calls of a method or function called `name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == name:
                yield node


def floats(tree: ast.Module, text: str) -> Iterator[int]:
    """Money is Decimal. A line that deals with something else says so: `# not money: ...`."""
    lines = text.splitlines()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant | ast.Call) or "# not money" in lines[node.lineno - 1]:
            continue
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
        if is_literal or is_call:
            yield node.lineno


def todays(tree: ast.Module, text: str) -> Iterator[int]:
    """What day it is, is asked at the edges only; everything below is told."""
    for name in ("today", "now", "localdate", "localtime", "utcnow"):
        for call in calls(tree, name):
            if isinstance(call.func, ast.Attribute) and not call.args:
                yield call.lineno


def whole_saves(tree: ast.Module, text: str) -> Iterator[int]:
    """`save()` writes every column, and so undoes what somebody else has just written."""
    for call in calls(tree, "save"):
        on = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        named = {keyword.arg for keyword in call.keywords}
        if not call.args and not named & {"update_fields", "force_insert", None} and "form" not in on.lower():
            yield call.lineno


def long_functions(tree: ast.Module, text: str) -> Iterator[int]:
    """A function fits on a screen."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX:
            yield node.lineno


def long_files(tree: ast.Module, text: str) -> Iterator[int]:
    """A file that grows past this becomes a package, split by noun."""
    if len(text.splitlines()) > FILE_LINES_MAX:
        yield FILE_LINES_MAX


def bare_gets(tree: ast.Module, text: str) -> Iterator[int]:
    """A row named in an address is fetched by get_for alone, which asks whose it is: a bare get finds everybody's."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("get_object_or_404", "get_list_or_404", "in_bulk"):
            yield node.lineno
        is_within_a_company = any(keyword.arg in ("company", "memberships__company") for keyword in node.keywords)
        if name in ("get", "filter", "aget") and not is_within_a_company and any(map(_names_a_row, node.keywords)):
            yield node.lineno


def _names_a_row(keyword: ast.keyword) -> bool:
    # `pk=customer.pk` is a row that somebody has fetched already; `pk=pk` is what an address says.
    by_id = keyword.arg in ("pk", "id", "pk__in", "id__in")
    return by_id and not (isinstance(keyword.value, ast.Attribute) and keyword.value.attr in ("pk", "id"))


def signals(tree: ast.Module, text: str) -> Iterator[int]:
    """What happens on a save is written where the save is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("django.db.models.signals", "django.dispatch"):
            yield node.lineno


@dataclass(frozen=True, slots=True)
class Example:
    """A rule, where it holds, and what it says about two pieces of code."""

    rule: Rule
    folders: tuple[str, ...]
    outside: tuple[str, ...]  # parts of a path for which the rule does not hold
    bad: str
    good: str


RULES = [
    Example(
        floats, APPS, ("servers", "demo.py"), "rate = 0.06\ntotal = float(x)", "width = 0.5  # not money: a chart\n"
    ),
    Example(todays, APPS, EDGES, "age = date.today() - due_on", "age = as_of - due_on\nat = Now()"),
    Example(
        whole_saves, APPS, (), "period.save()", "period.save(update_fields=['state'])\nform.save()\nbook.save(path)"
    ),
    Example(long_functions, (*APPS, "tests"), (), "def f():\n" + "    x = 1\n" * 70, "def f():\n" + "    x = 1\n" * 69),
    Example(long_files, APPS, (), "x = 1\n" * 351, "x = 1\n" * 350),
    Example(signals, APPS, (), "from django.db.models.signals import post_save", "from signal import SIGTERM"),
]
IDS = [example.rule.__name__ for example in RULES]


@pytest.mark.parametrize("example", RULES, ids=IDS)
def test_rule_knows_good_from_bad(example: Example) -> None:
    assert list(example.rule(ast.parse(example.bad), example.bad))
    assert not list(example.rule(ast.parse(example.good), example.good))


@pytest.mark.parametrize("example", RULES, ids=IDS)
def test_rule_is_kept(example: Example) -> None:
    found = []
    for path in sources(*example.folders):
        if set(path.relative_to(ROOT).parts) & set(example.outside):
            continue
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(ROOT)}:{line}" for line in example.rule(ast.parse(text), text)]
    assert found == [], example.rule.__doc__


@pytest.mark.parametrize(
    ("code", "is_bare"),
    [
        ("Invoice.objects.get(pk=pk)", True),
        ("Invoice.objects.filter(id=pk).first()", True),
        ("get_object_or_404(Invoice, pk=pk)", True),
        ("Invoice.objects.filter(pk__in=request.POST.getlist('x'))", True),
        ("get_for(request.user, 'invoice.view', Invoice, pk, request.company)", False),
        ("Invoice.objects.get(pk=invoice.pk)", False),
        ("Invoice.objects.filter(company=request.company, pk__in=ids)", False),
        ("request.GET.get('pk')", False),
    ],
)
def test_bare_gets_are_found(code: str, is_bare: bool) -> None:
    assert bool(list(bare_gets(ast.parse(code), code))) is is_bare


# Nobody's company is asked here: whoever is signing in has none yet.
BARE_BY_RIGHT = {"arap/core/views/factor.py"}


def test_views_fetch_rows_by_get_for_alone() -> None:
    found = []
    for path in sources(*APPS):
        name = str(path.relative_to(ROOT))
        if {"views", "views.py"} & set(path.parts) and name not in BARE_BY_RIGHT:
            text = path.read_text(encoding="utf-8")
            found += [f"{name}:{line}" for line in bare_gets(ast.parse(text), text)]
    assert found == [], bare_gets.__doc__


READER = re.compile(r'\bread(?:_\w+)?\(\s*"([A-Z_]+)"')


def undocumented(settings: str, readme: str) -> set[str]:
    """Variables that the settings read and the README does not name in backquotes."""
    return {name for name in READER.findall(settings) if f"`{name}`" not in readme}


def test_undocumented_settings_are_found() -> None:
    assert undocumented('read("NEW_ONE")\nread_bool(\n    "OLD", True)', "| `OLD` |") == {"NEW_ONE"}


def test_every_setting_is_in_the_readme() -> None:
    settings = (ROOT / "arap" / "settings.py").read_text(encoding="utf-8")
    assert undocumented(settings, (ROOT / "README.md").read_text(encoding="utf-8")) == set()


def commands_of(readme: str) -> list[list[str]]:
    """The examples of the README's table of commands, as words."""
    table = readme.partition("\n## Commands\n")[2].partition("\n## ")[0]
    cells = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    return [shlex.split(example) for cell in cells for example in re.findall("`([^`]+)`", cell)]


def our_commands() -> dict[str, str]:
    """The names of our own management commands, and the app of each."""
    paths = [path for app in APPS for path in (ROOT / app).rglob("management/commands/[a-z]*.py")]
    return {path.stem: ".".join(path.relative_to(ROOT).parts[:-3]) for path in paths}


def test_every_command_is_in_the_readme() -> None:
    assert commands_of("\n## Commands\n| `a --b 'c d'`, `e` | f |\n\n## Settings\n| `g` |") == [
        ["a", "--b", "c d"],
        ["e"],
    ]
    examples = commands_of((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {name for name, *_words in examples} == set(our_commands())


def test_every_example_of_the_readme_is_understood() -> None:
    for name, *words in commands_of((ROOT / "README.md").read_text(encoding="utf-8")):
        app = our_commands()[name].removeprefix("collections.").removeprefix("reconciliation.")
        load_command_class(app, name).create_parser("manage.py", name).parse_args(words)


def shadowing(root: Path) -> list[Path]:
    """Files that would make the two plain folders packages; `collections` would then shadow Python's own."""
    return [
        root / name / "__init__.py"
        for name in ("collections", "reconciliation")
        if (root / name / "__init__.py").exists()
    ]


def test_the_plain_folders_are_no_packages(tmp_path: Path) -> None:
    (tmp_path / "collections").mkdir()
    (tmp_path / "collections" / "__init__.py").touch()
    assert shadowing(tmp_path)
    assert shadowing(ROOT) == []


def styled_twice(sheets: dict[str, str]) -> set[str]:
    """Blocks that begin in more than one style sheet: one page's would then change another page's."""
    seen = Counter(block for text in sheets.values() for block in set(re.findall(r"^\.([a-z][a-z-]*) \{", text, re.M)))
    return {block for block, count in seen.items() if count > 1}


def test_a_block_of_a_page_is_styled_in_one_place() -> None:
    assert styled_twice({"a": ".letter {\n}\n.letter {\n}\n", "b": ".letter {", "c": ".letter__text {"}) == {"letter"}
    sheets = {str(path): path.read_text(encoding="utf-8") for path in (ROOT / "static" / "css").rglob("*.css")}
    assert styled_twice(sheets) == set()


NAMELESS = re.compile(r"(^|/)(utils?|helpers?|services?|common|misc|signals)(\.py|/)")


def test_modules_are_named_for_what_is_in_them() -> None:
    assert NAMELESS.search("invoices/utils.py")
    assert NAMELESS.search("arap/common/money.py")
    assert not NAMELESS.search("arap/servers/users.py")
    assert [path for path in sources(*APPS) if NAMELESS.search(str(path.relative_to(ROOT)))] == []


SCHEMA = re.compile(r"migrations\.(AddField|AlterField|RemoveField|CreateModel|DeleteModel|RenameField)\(")


def mixes_schema_and_data(migration: str) -> bool:
    """A data step in one transaction with a schema change locks the table for as long as the data takes."""
    return "migrations.RunPython(" in migration and bool(SCHEMA.search(migration))


def test_a_migration_is_either_schema_or_data() -> None:
    assert mixes_schema_and_data("migrations.AddField(x), migrations.RunPython(fill)")
    assert not mixes_schema_and_data("migrations.AddField(x), migrations.RunSQL(y)")
    paths = [path for folder in APPS for path in (ROOT / folder).rglob("migrations/[0-9]*.py")]
    assert len(paths) > 3
    assert [
        str(path.relative_to(ROOT)) for path in paths if mixes_schema_and_data(path.read_text(encoding="utf-8"))
    ] == []
