"""What mypy says after an edit is what it would say of the project as it is now."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import pytest

from tests.typing.project import MODELS, Project

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
    "the rule lists less": ("shop", ', ("city", ["name"])', ""),
    "a field becomes a relation": (
        "near",
        "name = models.CharField(max_length=9)",
        'name = models.ForeignKey("far.Country", models.CASCADE, related_name="+")',
    ),
    "what leads back is renamed": ("shop", 'related_name="shops"', 'related_name="s"'),
}
HAS_WORKERS: Final = int(version("mypy").partition(".")[0]) >= 2


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Yield the project before any edit; mypy finds nothing wrong with it."""
    made = Project(tmp_path)
    made.write(MODELS)
    made.prime()
    shutil.copytree(tmp_path / "primed", tmp_path / ".mypy_cache")
    assert made.mypy() == []
    yield made
    made.stop_daemon()


def test_incremental_and_daemon_runs_equal_fresh_ones(project: Project) -> None:
    assert project.daemon("run", "--", ".") == []
    found: set[str] = set()
    for name, edit in EDITS.items():
        project.edit(*edit)

        fresh = project.fresh()

        assert project.mypy() == fresh, name
        assert project.daemon("run", "--", ".") == fresh, name
        found |= {line.rpartition("[")[2] for line in fresh}

    # Else nothing of ours would have been compared.
    assert {"computed-depends]", "computed-undeclared]"} <= found


@pytest.mark.skipif(not HAS_WORKERS, reason="mypy has workers since 2.0")
def test_workers_find_what_one_process_does(project: Project) -> None:
    project.edit("far", "code =", "iso =")
    project.edit("shop", ', ("city", ["name"])', "")

    alone = project.fresh()

    assert alone
    assert project.fresh("-n", "2") == alone
    assert project.mypy("-n", "2") == alone
