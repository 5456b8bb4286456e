"""What the checks say, and about which models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution
from django.db.models import Model

from django_reckon.counts.declared import METHOD
from django_reckon.ground.installed import AppConfig, apps

_DOCS: Final = (
    "See reference/checks.html#{anchor} in the documentation of django-reckon."
)
# One line an id; each has a heading in the documentation.
_HINTS: Final[dict[str, str]] = {
    "reckon.E001": "Correct the setting; until then nothing may be kept.",
    "reckon.E002": "Correct the manager's argument; until then its counts are plain.",
    "reckon.E003": "Correct the manager's cache, resolvers or dispatcher.",
    "reckon.E004": f"Let {METHOD}() be a classmethod that returns querysets of it.",
    "reckon.E005": "Correct the setting; until then computed fields are not written.",
    "reckon.E006": "Let the first argument be an instance of a Django field.",
    "reckon.E007": "Correct the declaration; until then the model cannot be saved.",
    "reckon.E008": "Name relations and columns that are there, relations joined by "
    "dots; leave a GenericForeignKey out, or follow a GenericRelation to it.",
    "reckon.E009": "Let each field depend on what is before it, or set "
    "COMPUTEDFIELDS_ALLOW_RECURSION for rows that form a tree.",
    "reckon.E010": "Derive the model from django_reckon.models.ComputedFieldsModel.",
    "reckon.E011": "Declare the field on the model that has the table.",
    "reckon.W001": "What the database does there is not seen: use the on_delete that "
    "Django carries out, or refresh by hand.",
    "reckon.W002": "Raw SQL is not seen: call super(), or refresh by hand.",
    "reckon.W003": "What the database does there leaves the field as it was: use the "
    "on_delete that Django carries out, or call update_dependent() afterwards.",
}


def message(check_id: str, problem: str, *, obj: type[Model] | None) -> CheckMessage:
    """Return an error or a warning, as the id says, with its hint."""
    anchor = check_id.replace(".", "-").lower()
    hint = f"{_HINTS[check_id]} {_DOCS.format(anchor=anchor)}"
    kind = Error if check_id.startswith("reckon.E") else Caution
    return kind(problem, hint=hint, obj=obj, id=check_id)


def models_of(app_configs: Iterable[AppConfig] | None) -> Iterator[type[Model]]:
    """Yield the models of some apps; of all for None."""
    for app_config in apps.get_app_configs() if app_configs is None else app_configs:
        yield from app_config.get_models()
