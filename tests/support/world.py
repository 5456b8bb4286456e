"""Filling the small world."""

from __future__ import annotations

from typing import Any

from tests.testapp.models import Author, Book, Essay, Visit

__all__ = ["add_author", "add_books", "add_essays", "add_visits"]


def add_author(*, using: str = "default") -> Author:
    return Author.objects.using(using).create(name="Ada")


def add_books(
    number: int, *, author: Author | None = None, using: str = "default", **fields: Any
) -> list[Book]:
    """Make books alike; Any, for the fields are the model's own."""
    author = author or add_author(using=using)
    books = [Book(title=f"Book {n}", author=author, **fields) for n in range(number)]
    return Book.objects.using(using).bulk_create(books)


def add_essays(number: int, *, using: str = "default") -> list[Essay]:
    essays = [Essay(title=f"Essay {n}") for n in range(number)]
    return Essay.objects.using(using).bulk_create(essays)


def add_visits(number: int, *, page: str = "home", using: str = "default") -> None:
    Visit.objects.using(using).bulk_create([Visit(page=page) for _ in range(number)])
