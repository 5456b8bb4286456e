"""Whatever is written, in whatever order: the changes explain what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_reckon.counts import written
from django_reckon.ground import pending
from tests.support.columns import columns
from tests.support.database import committing
from tests.testapp.models import Author, Book, Member, Order, Reader, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import Model

    from django_reckon.changes.event import Change
    from tests.changes.conftest import Recorder

pytestmark = committing

LINKS: Final = Shelf.books.through
WATCHED: Final[dict[type[Model], tuple[str, ...]]] = {
    Author: (),
    Book: ("author", "editor"),
    Shelf: (),
    LINKS: ("shelf", "book"),
    Order: ("book",),
    Reader: (),
    Member: (),
}
# Rows by key, columns by the fields' names.
Table = dict[Any, dict[str, Any]]
Tables = dict["type[Model]", Table]


def _snapshot() -> Tables:
    return {model: _table(model) for model in WATCHED}


def _table(model: type[Model]) -> Table:
    fields = model._meta.local_concrete_fields
    key = fields.index(model._meta.pk)
    return {
        row[key]: {field.name: value for field, value in zip(fields, row, strict=True)}
        for row in columns(model, [field.attname for field in fields])
    }


def _pick(model: type[Model], number: int) -> Any:
    """Return some row; None when there is none."""
    rows = list(model._base_manager.order_by("pk"))
    return rows[number % len(rows)] if rows else None


def _some(model: type[Model], number: int) -> list[Any]:
    rows = list(model._base_manager.order_by("pk"))
    return [row for at, row in enumerate(rows) if number >> at & 1]


def _create_book(a: int, b: int) -> None:
    Book.objects.create(title=f"{a}", author=_pick(Author, a), editor=_pick(Author, b))


def _save_book(a: int, b: int) -> None:
    book = _pick(Book, a)
    book.editor, book.pages = _pick(Author, b), F("pages") + 1
    book.save(update_fields=["editor", "pages"] if b % 2 else None)


def _swap(a: int, b: int) -> None:
    Book.objects.filter(editor=_pick(Author, a)).update(
        author=F("editor"), editor=_pick(Author, b) if b % 3 else None
    )


def _bulk_update(a: int, b: int) -> None:
    books = _some(Book, a)
    for book in books:
        book.author, book.title = _pick(Author, b), f"{b}"
    if books:
        Book.objects.bulk_update(books, ["author", "title"], batch_size=2)


def _replace_authors(a: int, b: int) -> None:
    unique: Any = {"unique_fields": ["pk"]} if _names_conflicts() else {}
    Author.objects.bulk_create(
        [Author(pk=row.pk, name=f"{b}") for row in _some(Author, a)],
        update_conflicts=True,
        update_fields=["name"],
        **unique,
    )


def _replace_books(a: int, b: int) -> None:
    unique: Any = {"unique_fields": ["pk"]} if _names_conflicts() else {}
    Book.objects.bulk_create(
        [
            Book(pk=row.pk, title=f"{b}", author=_pick(Author, b), editor=row.author)
            for row in _some(Book, a)
        ],
        update_conflicts=True,
        update_fields=["title", "author"] if b % 2 else ["editor"],
        **unique,
    )


def _names_conflicts() -> bool:
    return connection.features.supports_update_conflicts_with_target


def _save_member(a: int, b: int) -> None:
    member = _pick(Member, a)
    member.name, member.since = f"{a}", b
    member.save()


WRITES: Final[dict[str, Callable[[int, int], object]]] = {
    "create author": lambda a, b: Author.objects.create(name=f"{a}"),
    "create book": _create_book,
    "bulk_create books": lambda a, b: Book.objects.bulk_create(
        [Book(title=f"{n}", author=_pick(Author, b + n)) for n in range(a % 4)],
        batch_size=2,
    ),
    "save book": _save_book,
    "swap": _swap,
    "update titles": lambda a, b: Book.objects.filter(
        author__name__contains=str(b % 10)
    ).update(title=f"{a}"),
    "bulk_update": _bulk_update,
    "upsert authors": _replace_authors,
    "upsert books": _replace_books,
    "delete author": lambda a, b: _pick(Author, a).delete(),
    "delete books": lambda a, b: Book.objects.filter(editor=_pick(Author, a)).delete(),
    "edited.set": lambda a, b: _pick(Author, a).edited.set(_some(Book, b)),
    "edited.clear": lambda a, b: _pick(Author, a).edited.clear(bulk=bool(b % 2)),
    "create shelf": lambda a, b: Shelf.objects.create(label=f"{a}"),
    "books.set": lambda a, b: _pick(Shelf, a).books.set(_some(Book, b)),
    "books.add": lambda a, b: _pick(Shelf, a).books.add(*_some(Book, b)),
    "shelves.remove": lambda a, b: _pick(Book, a).shelves.remove(*_some(Shelf, b)),
    "shelves.clear": lambda a, b: _pick(Book, a).shelves.clear(),
    "create order": lambda a, b: Order.objects.create(book=_pick(Book, a)),
    "move orders": lambda a, b: Order.objects.filter(paid=bool(b % 2)).update(
        book=_pick(Book, a), paid=True
    ),
    "delete orders": lambda a, b: Order.objects.filter(
        book__author=_pick(Author, a)
    ).delete(),
    "create member": lambda a, b: Member.members.create(name=f"{a}", since=b),
    "save member": _save_member,
    "update members": lambda a, b: Member.members.filter(since__lte=a).update(
        name=f"{b}", since=b
    ),
    "update readers": lambda a, b: Reader.objects.update(name=f"{a}"),
    "delete member": lambda a, b: _pick(Member, a).delete(),
}
SAVEPOINTS: Final = ("begin", "release", "undo")
# What a write meets whose rows are not there: nothing to do then.
_NOTHING_THERE: Final = (AttributeError, IntegrityError, ValueError)

steps = st.lists(
    st.tuples(
        st.sampled_from([*WRITES, *SAVEPOINTS]),
        st.integers(0, 31),
        st.integers(0, 31),
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
def test_changes_explain_what_differs(
    steps: Sequence[tuple[str, int, int]], recorder: Recorder
) -> None:
    recorder.stop()
    for model, relations in WATCHED.items():
        recorder.watch(model, *relations, keys=True)

    with transaction.atomic():
        _furnish()
        start = now = _snapshot()
        # What the furniture wrote is no part of the test.
        _forget_written()
        counted = frozenset(WATCHED) - {Author, LINKS}
        savepoints: list[tuple[Any, Tables]] = []
        for name, a, b in steps:
            if name in SAVEPOINTS:
                _move(name, savepoints)
                now = _snapshot()
            else:
                before = now
                recorder.changes.clear()
                _write(name, a, b)
                now = _snapshot()
                _explain(before, now, recorder.changes)
            assert _differing(start, now) & counted <= _written()
        transaction.set_rollback(True)


def _furnish() -> None:
    for number in range(2):
        author = Author.objects.create(name=f"{number}")
        book = Book.objects.create(title="t", author=author, editor=author)
        Shelf.objects.create(label="s").books.add(book)
        Order.objects.create(book=book)
        Member.members.create(name="m")


def _write(name: str, a: int, b: int) -> None:
    try:
        with transaction.atomic():
            WRITES[name](a, b)
    except _NOTHING_THERE:
        """There was no row to write to."""


def _move(name: str, savepoints: list[tuple[Any, Tables]]) -> None:
    if name == "begin":
        savepoints.append((connection.savepoint(), _snapshot()))
    elif savepoints:
        sid, then = savepoints.pop()
        if name == "undo":
            transaction.savepoint_rollback(sid)
            assert _snapshot() == then
        transaction.savepoint_commit(sid)


def _differing(before: Tables, after: Tables) -> set[type[Model]]:
    return {model for model in WATCHED if before[model] != after[model]}


def _written() -> set[type[Model]]:
    """Return what the counts hold for written."""
    party = pending.find("default", written.PARTY)
    return set() if party is None else set(party.models)


def _forget_written() -> None:
    party = pending.find("default", written.PARTY)
    for layer in party.values:
        layer.clear()


def _explain(before: Tables, after: Tables, changes: Sequence[Change]) -> None:
    for model, relations in WATCHED.items():
        mine = [change for change in changes if change.model is model]
        for key in before[model].keys() | after[model].keys():
            old, new = before[model].get(key), after[model].get(key)
            if old != new:
                _explain_row(key, old, new, mine)
                for relation in relations:
                    _explain_target(relation, old, new, mine)


def _explain_row(
    key: Any,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
    changes: Sequence[Change],
) -> None:
    covering = [each for each in changes if each.keys is None or key in each.keys]
    assert covering
    if old is not None and new is not None:
        moved = {name for name in old if old[name] != new[name]}
        fields = [each.fields for each in covering]
        assert None in fields or moved <= frozenset().union(*filter(None, fields))


def _explain_target(
    relation: str,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
    changes: Sequence[Change],
) -> None:
    for row, told in (
        (old, [each.before.get(relation, frozenset()) for each in changes]),
        (new, [each.after.get(relation, frozenset()) for each in changes]),
    ):
        if row is not None and row[relation] is not None:
            assert None in told or any(row[relation] in (each or ()) for each in told)
