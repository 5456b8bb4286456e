"""Who takes part."""

from __future__ import annotations

from typing import Final

from benchmarks.counting.setup import Side

PLAIN: Final = Side(name="plain", title="plain", requirement=None, apps=())
RECKON: Final = Side(
    name="reckon", title="reckon", requirement=None, apps=("django_reckon",)
)
COMPUTEDFIELDS: Final = Side(
    name="computedfields",
    title="computedfields",
    requirement="django-computedfields==0.3.6",
    apps=("computedfields",),
    options={"COMPUTEDFIELDS_FASTUPDATE": True},
)
SIDES: Final = {side.name: side for side in (PLAIN, RECKON, COMPUTEDFIELDS)}

# Where each side keeps what models with computed fields are made of.
FACES: Final = {
    PLAIN.name: "benchmarks.computing.plain",
    RECKON.name: "django_reckon.models",
    COMPUTEDFIELDS.name: "computedfields.models",
}
