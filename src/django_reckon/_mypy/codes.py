"""The error codes, which users ignore or disable like mypy's own."""

from __future__ import annotations

from typing import Final

from mypy.errorcodes import ErrorCode

_CATEGORY: Final = "django-reckon"

COMPUTED_RETURN: Final = ErrorCode(
    "computed-return",
    "A compute function returns what its field cannot hold",
    _CATEGORY,
)
COMPUTED_DEPENDS: Final = ErrorCode(
    "computed-depends", "A rule names what is not there", _CATEGORY
)
COMPUTED_UNDECLARED: Final = ErrorCode(
    "computed-undeclared", "A function reads what no rule lists", _CATEGORY
)
