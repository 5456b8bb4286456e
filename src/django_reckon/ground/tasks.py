"""
Django's Tasks framework, from whichever package brings it.

Import this only where tasks are asked for: without the framework it raises.
"""

from __future__ import annotations

from typing import Any

import django
from django.utils.module_loading import import_string

from django_reckon.exceptions import ConfigurationError

# Django 6.0 and later bring it; before that the package django-tasks does.
FRAMEWORK = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"

try:
    # Any: which package it is from, the version decides.
    task: Any = import_string(f"{FRAMEWORK}.task")
except ImportError as _error:
    raise ConfigurationError(
        "Tasks need the Tasks framework. Use Django 6.0 or later, or install the "
        "package django-tasks (the extra django-reckon[tasks])."
    ) from _error
