"""Who sees the listings: those who may view them, and nobody may do more."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client

import django_reckon.admin
from django_reckon.admin import register
from django_reckon.models import ComputedModelEntry, ContributingModelEntry
from tests.admin.pages import COMPUTED, CONTRIBUTING

if TYPE_CHECKING:
    from django.db.models import Model
    from pytest_django import Settings

    from tests.admin.conftest import Visitor

VIEW: Final = {
    COMPUTED: "view_computedmodelentry",
    CONTRIBUTING: "view_contributingmodelentry",
}
ENTRIES: Final[tuple[type[Model], ...]] = (ComputedModelEntry, ContributingModelEntry)

each_page = pytest.mark.parametrize("page", [COMPUTED, CONTRIBUTING])


@each_page
def test_stranger_is_asked_to_log_in(
    site: admin.AdminSite, client: Client, page: str
) -> None:
    response = client.get(page)

    assert response.status_code == 302
    assert response.headers["Location"] == f"/admin/login/?next={page}"


@each_page
def test_user_outside_the_staff_is_asked_to_log_in(
    visitor: Visitor, page: str, django_user_model: type[Model]
) -> None:
    client = visitor(VIEW[page])
    django_user_model._default_manager.update(is_staff=False)

    response = client.get(page)

    assert response.headers["Location"] == f"/admin/login/?next={page}"


@each_page
def test_staff_without_permission_is_refused(visitor: Visitor, page: str) -> None:
    client = visitor()

    assert client.get(page).status_code == 403
    assert page not in client.get("/admin/").content.decode()


@each_page
def test_permission_for_one_listing_is_none_for_the_other(
    visitor: Visitor, page: str
) -> None:
    (other,) = VIEW.keys() - {page}
    client = visitor(VIEW[other])

    assert client.get(page).status_code == 403
    assert client.get(other).status_code == 200


@each_page
def test_view_permission_shows_the_listing(visitor: Visitor, page: str) -> None:
    client = visitor(VIEW[page])

    assert client.get(page).status_code == 200
    assert f'href="{page}"' in client.get("/admin/").content.decode()
    assert f'href="{page}"' in client.get("/admin/django_reckon/").content.decode()


@each_page
def test_permissions_for_other_models_show_nothing(visitor: Visitor, page: str) -> None:
    client = visitor("view_contenttype", "view_fastcount")

    assert client.get(page).status_code == 403


@each_page
def test_superuser_may_view(visitor: Visitor, page: str) -> None:
    assert visitor(is_superuser=True).get(page).status_code == 200


@each_page
@pytest.mark.parametrize("rest", ["add/", "1/change/", "1/delete/", "1/history/", "1/"])
def test_there_is_nothing_to_add_change_or_delete(
    visitor: Visitor, page: str, rest: str
) -> None:
    client = visitor(is_superuser=True)

    assert client.get(page + rest).status_code == 404
    assert client.post(page + rest).status_code == 404


@each_page
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_listing_can_only_be_read(visitor: Visitor, page: str, method: str) -> None:
    client = visitor(is_superuser=True)

    response = getattr(client, method)(page, {"action": "delete_selected"})

    assert response.status_code == 405
    assert ContentType.objects.count() > 0


@each_page
def test_index_offers_nothing_but_to_view(visitor: Visitor, page: str) -> None:
    index = visitor(is_superuser=True).get("/admin/").content.decode()

    assert f"{page}add/" not in index


def test_each_listing_brings_one_permission(db: None) -> None:
    types = ContentType.objects.get_for_models(*ENTRIES, for_concrete_models=False)

    found = Permission.objects.filter(content_type__in=types.values())
    assert {each.codename for each in found} == set(VIEW.values())


@pytest.mark.parametrize("value", [False, "yes"], ids=["off", "wrong"])
def test_site_has_no_listing_unless_the_setting_is_on(
    settings: Settings, value: object
) -> None:
    settings.COMPUTEDFIELDS_ADMIN = value
    site = admin.AdminSite()

    register(site)

    assert [entry for entry in ENTRIES if site.is_registered(entry)] == []


def test_listings_are_off_by_default() -> None:
    assert [entry for entry in ENTRIES if admin.site.is_registered(entry)] == []


def test_admin_finds_the_listings_by_itself_when_the_setting_is_on(
    settings: Settings,
) -> None:
    settings.COMPUTEDFIELDS_ADMIN = True

    try:
        # What autodiscover() does in a process that begins with the setting on.
        importlib.reload(django_reckon.admin)

        assert all(admin.site.is_registered(entry) for entry in ENTRIES)
        assert admin.site.check(None) == []
    finally:
        admin.site.unregister(
            [entry for entry in ENTRIES if admin.site.is_registered(entry)]
        )
