"""
Django's registry of apps.

To be imported from here. django-stubs lets a module that imports `django.apps` itself
depend on all models there are: the whole library would depend on the projects that use
it, and mypy check it again whenever a model of theirs was edited.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from django import apps as _django

AppConfig: TypeAlias = _django.AppConfig
apps: Final = _django.apps
