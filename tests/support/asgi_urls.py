"""A project of one async view that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.urls import path

from tests.testapp.models import Book

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["counted", "urlpatterns"]


async def counted(request: HttpRequest) -> JsonResponse:
    books = Book.objects.filter(flag=True)
    info = await books.acount_info()
    return JsonResponse({"value": info.value, "source": info.source})


urlpatterns = [path("counted/", counted)]
