"""What Django's admin, where it is installed, shows of computed fields."""

from __future__ import annotations

from django.contrib import admin

from django_reckon.admin.listings import (
    ComputedModelAdmin,
    ContributingModelAdmin,
    register,
)

__all__ = ["ComputedModelAdmin", "ContributingModelAdmin", "register"]

# Django's admin imports this module when it looks for what to show.
register(admin.site)
