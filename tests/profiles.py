"""How hard hypothesis tries: more where nobody waits for it."""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, settings

from tests import choices

__all__ = ["load"]

_EXAMPLES: Final = 100
_QUICK_EXAMPLES: Final = 50


def load() -> None:
    """Use our profile from now on; twice does no harm."""
    settings.register_profile(
        "reckon",
        max_examples=_EXAMPLES if choices.in_ci() else _QUICK_EXAMPLES,
        # A busy machine is slow without being wrong.
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=True,
    )
    settings.load_profile("reckon")
