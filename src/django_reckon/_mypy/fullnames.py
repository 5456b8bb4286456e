"""What the plugin speaks of by name, for it imports neither the library nor models."""

from __future__ import annotations

from typing import Final

DISTRIBUTION: Final = "django-reckon"

_DECLARE: Final = "django_reckon.computed.rules.declare"

COMPUTED: Final = f"{_DECLARE}.computed"
COMPUTED_FIELD: Final = f"{_DECLARE}.ComputedField"
COMPUTED_VALUE: Final = f"{_DECLARE}.ComputedValue"
DECORATE: Final = f"{_DECLARE}.ComputedDecorator.__call__"

# The attribute of a Django field that holds what was declared about it.
DECLARATION_ATTRIBUTE: Final = "_computed"
# The row itself, in place of a relation.
SELF: Final = "self"

# The module that holds what Django has found wrong with declarations.
REGISTRY_MODULE: Final = "django_reckon.computed.rules.registry"

QUERYSET: Final = "django_reckon.counts.manager.FastCountQuerySet"
AS_MANAGER: Final = "as_manager"

FIELD: Final = "django.db.models.fields.Field"
FOREIGN_OBJECT: Final = "django.db.models.fields.related.ForeignObject"
MANY_TO_MANY: Final = "django.db.models.fields.related.ManyToManyField"
MODEL: Final = "django.db.models.base.Model"
COMBINABLE: Final = "django.db.models.expressions.Combinable"
TRUE: Final = "builtins.True"
