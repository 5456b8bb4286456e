"""How Sphinx builds the documentation: ``make docs``."""

from __future__ import annotations

import re
from pathlib import Path

_HOME = Path(__file__).parent.parent / "src" / "django_reckon"


def _version() -> str:
    """Return the library's version without importing it, for that needs Django."""
    text = (_HOME / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r"^__version__\b.*?\"([^\"]+)\"", text, re.MULTILINE)
    if found is None:
        raise LookupError(f"{_HOME / '__init__.py'} sets no __version__.")
    return found[1]


project = "django-reckon"
author = "The django-reckon maintainers"
copyright = f"2026, {author}"
version = release = _version()
language = "en"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True

# Links may point at any heading down to this level.
myst_heading_anchors = 3
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]

html_theme = "furo"
html_title = f"django-reckon {version}"
