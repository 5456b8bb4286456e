"""The reference names every check and every setting there is."""

from __future__ import annotations

import re
from typing import Final

import pytest

from django_reckon import exceptions, models, signals
from tests.source import PACKAGE, ROOT, modules

REFERENCE: Final = ROOT / "docs" / "reference"

_CHECK: Final = re.compile(r"reckon\.[EW]\d{3}")
_SETTING: Final = re.compile(r"\b(?:FAST_COUNT|COMPUTEDFIELDS)_[A-Z]+(?:_[A-Z]+)*\b")
# conf reads a setting by the part behind the prefix: _seconds("FLIGHT_LIMIT", ...).
_READ: Final = re.compile(r"\b_[\w.]+\(\s*\"([A-Z]+(?:_[A-Z]+)*)\"")


def _source(name: str) -> str:
    """Return the text of one module, or of all modules below one room."""
    full = f"{PACKAGE}.{name}"
    return "\n".join(
        module.text
        for module in modules()
        if module.name == full or module.name.startswith(f"{full}.")
    )


def _check_ids() -> set[str]:
    return set(_CHECK.findall(_source("checks")))


def _headings(page: str) -> str:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if line.startswith("#"))


def test_every_check_has_a_heading() -> None:
    documented = set(_CHECK.findall(_headings("checks.md")))

    assert documented == _check_ids()


def test_every_check_has_a_test() -> None:
    tests = ROOT / "tests"
    files = [*(tests / "checks").rglob("test_*.py"), tests / "changes/test_checks.py"]
    tested = {
        check for path in files for check in _CHECK.findall(path.read_text("utf-8"))
    }

    assert _check_ids() - tested == set()


@pytest.mark.parametrize(
    ("module", "prefix"),
    [("conf.counts", "FAST_COUNT"), ("conf.computed", "COMPUTEDFIELDS")],
)
def test_every_setting_is_in_the_reference(module: str, prefix: str) -> None:
    source = _source(module)
    read = set(_SETTING.findall(source))
    read |= {f"{prefix}_{name}" for name in _READ.findall(source)}
    page = (REFERENCE / "settings.md").read_text(encoding="utf-8")

    assert read
    assert read - set(_SETTING.findall(page)) == set()


def test_every_function_for_computed_fields_is_in_the_reference() -> None:
    page = (REFERENCE / "models.md").read_text(encoding="utf-8")
    # Tables with pages of their own.
    tables = {
        "ComputedModelEntry",
        "ContributingModelEntry",
        "FastCount",
        "Gate",
        "PrecacheRun",
    }

    missing = {name for name in models.__all__ if name not in page}

    assert missing - tables == set()


def test_every_error_code_of_the_plugin_has_a_heading() -> None:
    headings = _headings("mypy.md").splitlines()
    codes = re.findall(r'ErrorCode\(\s*"([\w-]+)"', _source("_mypy.codes"))

    assert len(codes) == 3
    assert [code for code in codes if f"### {code}" not in headings] == []


def test_every_exception_is_in_the_reference() -> None:
    page = (REFERENCE / "exceptions.md").read_text(encoding="utf-8")

    assert [name for name in exceptions.__all__ if f"\n{name}\n: " not in page] == []


def test_every_signal_is_in_the_reference() -> None:
    page = (REFERENCE / "signals.md").read_text(encoding="utf-8")

    assert [name for name in signals.__all__ if f"\n`{name}" not in page] == []
