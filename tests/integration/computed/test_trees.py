"""COMPUTEDFIELDS_ALLOW_RECURSION: fields that depend on themselves along a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import models
from django.test.utils import isolate_apps

from django_reckon.computed.refreshing import engine
from django_reckon.exceptions import CycleNodeException, ResolutionError
from django_reckon.models import ComputedFieldsModel, computed
from django_reckon.testing import isolated_registry
from tests.support.database import committing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from tests.support.acting import Act

pytestmark = committing


def _node() -> Any:
    """Return a tree over the table of Branch; Any, for the class is made here."""

    class Node(ComputedFieldsModel):
        name = models.CharField(max_length=20)
        parent: Any = models.ForeignKey(
            "self", models.CASCADE, null=True, related_name="children"
        )

        @computed(
            models.TextField(default=""),
            depends=[("self", ["name"]), ("parent", ["family"])],
        )
        def family(self) -> str:
            above = self.parent.family if self.parent is not None else ""
            return f"{above}/{self.name}"

        class Meta:
            app_label = "computedapp"
            db_table = "computedapp_branch"

    return Node


@pytest.fixture
def tree(settings: Settings) -> Iterator[Any]:
    """Yield a model whose field holds the path from the root, with recursion."""
    settings.COMPUTEDFIELDS_ALLOW_RECURSION = True
    with isolate_apps("tests.computedapp"):
        made = _node()
        with isolated_registry(made):
            yield made


def _grown(node: Any, depth: int) -> list[Any]:
    """Write one row below the other."""
    rows: list[Any] = []
    for level in range(depth):
        parent = rows[-1] if rows else None
        rows.append(node.objects.create(name=f"n{level}", parent=parent))
    return rows


def _paths(node: Any) -> list[str]:
    return list(node.objects.order_by("pk").values_list("family", flat=True))


def _expected(node: Any) -> list[str]:
    """Return the paths made by hand from names and parents."""
    rows = {row.pk: row for row in node.objects.all()}

    def path(pk: int | None) -> str:
        if pk is None:
            return ""
        return f"{path(rows[pk].parent_id)}/{rows[pk].name}"

    return [path(pk) for pk in sorted(rows)]


def test_every_descendant_follows_a_root_that_is_renamed(tree: Any, act: Act) -> None:
    root, *_ = _grown(tree, 5)
    root.name = "new"

    act(root, "save")

    assert _paths(tree) == _expected(tree)
    assert _paths(tree)[-1] == "/new/n1/n2/n3/n4"


def test_a_branch_that_is_moved_takes_its_rows_along(tree: Any, act: Act) -> None:
    _, second, _, _ = _grown(tree, 4)
    other = tree.objects.create(name="other")
    second.parent = other

    act(second, "save")

    assert _paths(tree) == _expected(tree)
    assert _paths(tree)[3] == "/other/n1/n2/n3"


def test_rows_of_one_level_are_written_together(
    tree: Any, act: Act, django_assert_max_num_queries: Any
) -> None:
    root = tree.objects.create(name="root")
    children = [tree(name=f"c{number}", parent=root) for number in range(30)]
    tree.objects.bulk_create(children)

    with django_assert_max_num_queries(30):
        act(tree.objects.filter(pk=root.pk), "update", name="new")

    assert _paths(tree) == _expected(tree)


def test_rows_in_a_circle_raise_and_nothing_is_written(
    tree: Any, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_MOST_ROUNDS", 20)
    first, second = _grown(tree, 2)
    first.parent = second
    before = _paths(tree)

    with pytest.raises(ResolutionError, match="after 20 rounds") as caught:
        act(first, "save")

    assert caught.value.field == "computedapp.Node.family"
    assert _paths(tree) == before
    assert tree.objects.get(pk=first.pk).parent_id is None


def test_tree_without_the_setting_cannot_be_used(act: Act) -> None:
    with isolate_apps("tests.computedapp"):
        made = _node()
        with isolated_registry(made), pytest.raises(CycleNodeException) as caught:
            act(made(name="x"), "save")

    assert caught.value.cycle == ("computedapp.Node.family",) * 2
