"""What mypy says after an edit is what it would say of the project as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.typing.project import MODELS, PLUGINS, Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

# Each: the app, what is replaced, and what replaces it; one after the other.
EDITS: Final = {
    "a field two hops away is renamed": ("far", "code =", "iso ="),
    "a relation one hop away is renamed": ("near", "country =", "land ="),
    "the field is back": ("far", "iso =", "code ="),
    "the rule follows the relation": ("shop", '"city.country"', '"city.land"'),
    "the function follows it as well": ("shop", ".country.code", ".land.code"),
    "the function reads one more": ("shop", ".land.code", ".land.code * city.size"),
    "a field becomes a relation": (
        "near",
        "name = models.CharField(max_length=9)",
        'name = models.ForeignKey("far.Country", models.CASCADE, related_name="+")',
    ),
    "a relation leads back anew": (
        "shop",
        '("city", ["name"])',
        '("city.shops", ["place"])',
    ),
    "and is renamed": ("shop", 'related_name="shops"', 'related_name="places"'),
}
# django-stubs itself knows no relation that is newer than the daemon.
BEYOND_DAEMON: Final = frozenset({"and is renamed"})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return the project before any edit; mypy finds nothing wrong with it."""
    made = Project(tmp_path)
    made.write(MODELS)
    return made


def test_incremental_runs_equal_fresh_ones(project: Project) -> None:
    assert project.mypy() == []
    for name, edit in EDITS.items():
        project.edit(*edit)

        fresh = project.mypy("--cache-dir", "/dev/null")

        assert project.mypy() == fresh, name
