"""The app, which only wires."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import import_string
from typing_extensions import override


class ReckonConfig(AppConfig):
    """Put "django_reckon" into INSTALLED_APPS, beside "django.contrib.contenttypes"."""

    name: str = "django_reckon"
    verbose_name: str = "Reckon"
    default_auto_field: str = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        # By name, for they rest on models, which this file is loaded too early for.
        import_string("django_reckon.counts.written.watch_counted")()
        import_string("django_reckon.computed.listening.listen")()
        import_string("django_reckon.changes.capture.install")()
        checks.register(import_string("django_reckon.checks.check_computed"))
        checks.register(import_string("django_reckon.checks.check_counts"))
        checks.register(import_string("django_reckon.checks.check_writes"))
