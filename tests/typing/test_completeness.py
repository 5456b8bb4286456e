"""Every public name has a type of its own, which no checker has to guess."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import django_reckon
from tests.typing.checkers import by_name, require, scripts

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.slow


def test_public_interface_is_completely_typed(tmp_path: Path) -> None:
    require(by_name()["pyright"])
    assert django_reckon.__file__ is not None
    home = Path(django_reckon.__file__).parent.parent
    # So asked pyright takes no stubs of another name than the package's.
    stubs = Path(sysconfig.get_path("purelib")) / "django-stubs"
    (tmp_path / "django").symlink_to(stubs, target_is_directory=True)

    done = subprocess.run(
        [
            *(str(scripts() / "pyright"), "--pythonpath", sys.executable),
            *("--verifytypes", "django_reckon", "--ignoreexternal", "--outputjson"),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(home), str(tmp_path)])},
        capture_output=True,
        text=True,
        check=False,
    )

    # Any: it is JSON.
    report: dict[str, Any] = json.loads(done.stdout)["typeCompleteness"]
    symbols: Iterable[Any] = report["symbols"]
    wrong = [
        each["name"]
        for each in symbols
        if each["isExported"] and (not each["isTypeKnown"] or each["isTypeAmbiguous"])
    ]
    assert wrong == []
    assert report["exportedSymbolCounts"]["withKnownType"] > 1000
    assert report["completenessScore"] == 1
