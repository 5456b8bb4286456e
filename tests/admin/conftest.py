"""Fixtures of this directory: a site with the listings, and people who visit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.admin import AdminSite
from django.contrib.auth.models import Permission, User
from django.urls import path

from django_reckon.admin import register
from tests.support.fixtures import forgetful as forgetful

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import Settings

    Visitor = Callable[..., Client]


@pytest.fixture
def site(settings: Settings) -> AdminSite:
    """Return a site of the admin that shows the listings, at /admin/."""
    settings.COMPUTEDFIELDS_ADMIN = True
    site = AdminSite()
    register(site)
    # A tuple, for Django remembers it by its hash.
    settings.ROOT_URLCONF = (path("admin/", site.urls),)
    return site


@pytest.fixture
def visitor(site: AdminSite, db: None, client: Client) -> Visitor:
    """Let somebody of the staff log in who has the permissions of these names."""

    def log_in(*permissions: str, is_superuser: bool = False) -> Client:
        user = User.objects.create(
            username="ann", is_staff=True, is_superuser=is_superuser
        )
        for name in permissions:
            user.user_permissions.add(Permission.objects.get(codename=name))
        client.force_login(user)
        return client

    return log_in
