"""Where in a function the plugin sees a field being read, and where it says nothing."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

import mypy.nodes
import mypy.patterns
import pytest

from django_reckon._mypy.parts import PARTS
from tests.typing.project import Project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

_HEAD: Final = """\
from __future__ import annotations

from contextlib import nullcontext
from typing import cast, overload

from django.db import models
from django_reckon.models import ComputedField, ComputedFieldsModel, computed


@overload
def doubled(thing: Thing) -> int: ...
@overload
def doubled(thing: None) -> None: ...
def doubled(thing: Thing | None) -> int | None:
    return thing.size if thing is not None else None


def taken(thing: Thing) -> int:
    return thing.size


class Thing(ComputedFieldsModel):
    name = models.CharField(max_length=9)
    size = models.IntegerField()
    above = models.ForeignKey(
        "self", models.CASCADE, related_name="below", null=True
    )

    @property
    def width(self) -> int:
        return self.size

    @width.setter
    def width(self, value: int) -> None:
        self.size = value

    @staticmethod
    def still(thing: Thing) -> int:
        return thing.size

    def grow(self) -> int:
        return self.size
"""
_FIELD: Final = """
    @computed(models.IntegerField(), depends=[("self", ["name"])])
    def {name}(self) -> int:
{body}
"""

# Each reads the size in another kind of statement or expression.
_SEEN: Final = {
    "returned": "return self.size",
    "compared": "return 1 if 0 < self.size < 9 else 2",
    "condition": "return 1 if self.size else 2",
    "subscript": "return [1, 2][self.size]",
    "sliced": "return len(self.name[: self.size])",
    "starred": "return max(*[self.size])",
    "by_name": "return max(1, 2, key=lambda each: each + self.size)",
    "formatted": "return len(f'{self.name:>{self.size}}')",
    "items": "return len([self.size]) + len((self.size,)) + len({self.size})",
    "mapping": "return len({1: self.size})",
    "listed": "return len([each for each in range(3) if each < self.size])",
    "gathered": "return len({each + self.size for each in range(3)})",
    "mapped": "return len({each: self.size for each in range(3)})",
    "negated": "return -self.size",
    "named": "return size if (size := self.size) else 2",
    "called": "return (lambda: self.size)()",
    "casted": "return cast(bool, self.size)",
    "added": """
        total = 0
        total += self.size
        return total
        """,
    "looped": """
        while self.size > 3:
            return 1
        else:
            return 2
        """,
    "ran": """
        for each in range(self.size):
            return each
        return 1
        """,
    "tried": """
        try:
            return int(self.name)
        except ValueError:
            return self.size
        finally:
            pass
        """,
    "raised": """
        if self.name:
            raise ValueError(self.size)
        return 1
        """,
    "asserted": """
        assert self.name, self.size
        return 1
        """,
    "entered": """
        with nullcontext(self.size) as size:
            return size
        """,
    "matched": """
        match self.name:
            case "x" if self.size:
                return 1
        return 2
        """,
    "nested": """
        def inner() -> int:
            return self.size

        return inner()
        """,
    "via_alias": """
        me = self
        return me.size
        """,
    "via_method": "return self.grow()",
    "via_property": "return self.width",
    "via_function": "return taken(self)",
    "via_overload": "return doubled(self)",
    "own_rows": "return max(list([self])[0].size, self.size)",
}

# Nobody can be sure of these, or they read nothing.
_UNSEEN: Final = {
    "stored": """
        self.size = 1
        return 1
        """,
    "stored_with_others": """
        self.size, other = 1, 2
        return other
        """,
    "stored_in_loop": """
        for self.size in range(3):
            pass
        return 1
        """,
    "set_again": """
        thing = self
        thing, other = Thing(), 1
        return thing.size
        """,
    "entered_as": """
        with nullcontext(Thing()) as thing:
            return thing.size
        """,
    "captured": """
        match Thing():
            case Thing() as thing:
                return thing.size
        return 1
        """,
    "parameter": """
        def inner(self: Thing) -> int:
            return self.size

        return inner(Thing())
        """,
    "hidden_function": """
        def taken(thing: Thing) -> int:
            return 1

        return taken(self)
        """,
    "hidden_builtin": """
        def list(things: object) -> Thing:
            return Thing()

        return list(self).size
        """,
    "static": "return self.still(Thing())",
    "without_value": """
        thing: Thing
        thing = Thing()
        return thing.size
        """,
}


# Names, constants, and what stands for types or outside of functions.
_WITHOUT_PARTS: Final = frozenset(
    {
        "BreakStmt", "BytesExpr", "ComplexExpr", "ContinueStmt", "EllipsisExpr",
        "EnumCallExpr", "FakeExpression", "FakeInfo", "FloatExpr", "GlobalDecl",
        "Import", "ImportAll", "ImportFrom", "IntExpr", "MypyFile", "NameExpr",
        "NamedTupleExpr", "NewTypeExpr", "NonlocalDecl", "ParamSpecExpr", "PassStmt",
        "PlaceholderNode", "PromoteExpr", "SingletonPattern", "StrExpr", "TempNode",
        "TypeAlias", "TypeAliasExpr", "TypeAliasStmt", "TypeFormExpr", "TypeVarExpr",
        "TypeVarTupleExpr", "TypedDictExpr", "Var",
    }
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_reads_are_told_and_doubtful_ones_are_not(
    project: Project,
) -> None:
    fields = "".join(
        _FIELD.format(
            name=name, body=textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8)
        )
        for name, body in {**_SEEN, **_UNSEEN}.items()
    )
    project.write({"shop": _HEAD + fields})

    lines = project.mypy()

    found = {
        match[1]
        for line in lines
        if (match := re.search(r'"(\w+)" reads "size"', line))
    }
    others = [line for line in lines if "computed-undeclared" not in line]
    assert (others, sorted(found ^ set(_SEEN))) == ([], [])


def test_table_has_every_kind_of_mypys_nodes() -> None:
    kinds = {
        kind.__name__
        for module in (mypy.nodes, mypy.patterns)
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, mypy.nodes.Node)
        and kind.__module__ == module.__name__
        and not kind.__subclasses__()
    }

    assert kinds - {kind.__name__ for kind in PARTS} <= _WITHOUT_PARTS
