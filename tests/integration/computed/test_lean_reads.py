"""Rows are read for a refresh without Model.__init__(), and nobody can tell."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pytest
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import F, Model, Prefetch, QuerySet, Value
from django.db.models.functions import Concat
from django.db.models.query import prefetch_related_objects
from django.db.models.signals import post_init, pre_init
from django.test.utils import isolate_apps
from typing_extensions import override

from django_reckon.computed.fetching.hydrating import lean
from django_reckon.computed.fetching.prefetching import Branch, fetch
from django_reckon.computed.fetching.relations import relation_columns
from django_reckon.models import ComputedFieldsModel, computed
from django_reckon.testing import isolated_registry
from tests.computedapp import models as app
from tests.computedapp.models import (
    Chair,
    Copy,
    Hall,
    Member,
    Note,
    Publisher,
    Room,
    Shelf,
    Tag,
    Ticket,
    Title,
)
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.computed.shop import Shop

pytestmark = committing

MODELS: Final = [
    Chair, Copy, Hall, Member, Note, Publisher, Room, Shelf, Tag, Ticket, Title,
    app.Branch,
]  # fmt: skip

PATHS: Final = [
    (Shelf, "copies"),
    (Shelf, "copies__title__publisher__country"),
    (Shelf, "dearest__title"),
    (Publisher, "titles__copies"),
    (Title, "notes"),
    (Title, "tags__titles"),
    (Tag, "titles__copies__shelf"),
    (Member, "loans__title"),
    (Member, "lent"),
    (Hall, "chairs"),
    (Chair, "hall__tickets"),
    (Room, "hall__chairs"),
    (app.Branch, "parent__children"),
]


class Manners:
    """What a model may have of its own, each kind noting that it was asked."""

    asked: int = 0


class OwnInit(Manners):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        type(self).asked += 1
        super().__init__(*args, **kwargs)


class OwnNew(Manners):
    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        cls.asked += 1
        return super().__new__(cls)


class OwnSetattr(Manners):
    @override
    def __setattr__(self, name: str, value: object) -> None:
        type(self).asked += name == "name"
        super().__setattr__(name, value)


class OwnFromDb(Manners):
    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Any:
        cls.asked += 1
        return super().from_db(*args, **kwargs)  # type: ignore[misc]  # of a model


class World:
    """Houses and works over tables that are there; Any, for they are made here."""

    def __init__(self, manners: type, manager: Any, prefetch: Any) -> None:
        self.seen: list[Any] = []
        self.use: Callable[[Any], object] = lambda work: work.name
        self.works: Callable[[Any], Any] = lambda house: house.works.all()
        self.work, self.house = _models(self, manners, manager, prefetch)

    def grow(self, *names: str, houses: int = 2) -> None:
        """Write houses with works of these names."""
        for number in range(houses):
            house = self.house.objects.create(name=str(number))
            for name in names:
                self.work.objects.create(name=name, publisher=house, line="line")
        self.seen.clear()

    def rename(self) -> None:
        """Make every house due."""
        _rows(self.work).update(name=Concat("name", Value("x")))

    def counts(self) -> list[int]:
        """Return what is stored."""
        rows = _rows(self.house)
        return list(rows.values_list("copies_printed", flat=True))


def _models(world: World, manners: type, manager: Any, prefetch: Any) -> Any:
    class House(ComputedFieldsModel):
        name = models.CharField(max_length=50)

        @computed(
            models.IntegerField(default=0),
            depends=[("works", ["remarks"]), ("works", ["name"])],
            prefetch_related=prefetch,
            default_on_create=True,
        )
        def copies_printed(self) -> int:
            works = list(world.works(self))
            world.seen += [self, *works]
            return sum(bool(world.use(work)) or 1 for work in works)

        class Meta:
            app_label = "computedapp"
            db_table = "computedapp_publisher"

    class Work(manners, models.Model):  # type: ignore[misc]  # given at run time
        name = models.CharField(max_length=50)
        publisher: Any = models.ForeignKey(
            House, models.CASCADE, null=True, related_name="works"
        )
        line = models.CharField(max_length=200, default="")
        remarks = models.TextField(default="")
        words = models.TextField(default="")

        objects = manager

        class Meta:
            app_label = "computedapp"
            db_table = "computedapp_title"

    return Work, House


@contextmanager
def made(
    manners: type = Manners, *, manager: Any = None, prefetch: Any = ()
) -> Iterator[World]:
    """Make the models, used by nobody else."""
    with isolate_apps("tests.computedapp"):
        world = World(manners, manager or models.Manager(), prefetch)
        with isolated_registry(world.house, world.work):
            yield world


@pytest.fixture
def makings(monkeypatch: pytest.MonkeyPatch) -> list[type]:
    """Return the models of which Django makes an instance, one entry for each."""
    found: list[type] = []
    from_db = Model.from_db.__func__  # type: ignore[attr-defined]  # a class method

    def spy(cls: type, *args: Any, **kwargs: Any) -> Any:
        found.append(cls)
        return from_db(cls, *args, **kwargs)

    monkeypatch.setattr(Model, "from_db", classmethod(spy))
    return found


@contextmanager
def listening(signal: Any, sender: Any) -> Iterator[list[type]]:
    """Yield the models of which the signal says that an instance is made."""
    heard: list[type] = []

    def hear(sender: type, **_: object) -> None:
        heard.append(sender)

    signal.connect(hear, sender=sender)
    try:
        yield heard
    finally:
        signal.disconnect(hear, sender=sender)


def _rows(model: Any) -> Any:
    """Return a queryset of all rows; no manager of the model has a say."""
    return QuerySet(model).order_by("pk")


def _vars(row: Any) -> dict[str, Any]:
    """Return all that an instance holds, its state spelt out."""
    # Made when it is first asked for.
    assert row._state.fields_cache is not None
    held = {**vars(row)}
    state = vars(held.pop("_state"))
    return {**held, **{f"_state.{name}": value for name, value in state.items()}}


# How instances are made


def test_refresh_makes_no_instance_by_init(makings: list[type]) -> None:
    with made() as world:
        world.grow("a", "bc")
        makings.clear()

        world.rename()

        assert makings == []
        assert len(world.seen) == 6
        assert {type(each) for each in world.seen} == {world.house, world.work}


@pytest.mark.parametrize("manners", [OwnInit, OwnNew, OwnSetattr, OwnFromDb])
def test_model_with_a_say_is_asked_for_each_row(manners: type) -> None:
    with made(manners) as world:
        world.grow("a", "bc")
        world.work.asked = 0

        world.rename()

        assert world.work.asked == 4
        works = [each for each in world.seen if type(each) is world.work]
        assert not any(work.get_deferred_fields() for work in works)
        assert world.counts() == [2, 2]


@pytest.mark.parametrize("signal", [pre_init, post_init])
def test_listener_hears_of_each_row_while_it_listens(signal: Any) -> None:
    with made() as world:
        world.grow("a", "bc")

        with listening(signal, world.work) as heard:
            world.rename()
        world.rename()

        assert heard == [world.work] * 4
        assert len(world.seen) == 12


def test_field_that_sets_in_its_own_way_is_asked() -> None:
    class Loud(models.CharField):  # type: ignore[type-arg]  # at run time it takes none
        class descriptor_class(models.fields.DeferredAttribute):  # type: ignore[misc, name-defined]  # noqa: N801
            def __set__(self, instance: Any, value: Any) -> None:
                instance.__dict__[self.field.attname] = f"{value}!"

    with isolate_apps("tests.computedapp"):

        class Land(models.Model):
            code = Loud(max_length=10)
            objects: ClassVar[models.Manager[Any]] = models.Manager()

            class Meta:
                app_label = "computedapp"
                db_table = "computedapp_country"

        Land.objects.create(code="x")

        assert [row.code for row in lean(Land.objects.all())] == ["x!!"]


@pytest.mark.parametrize("model", MODELS)
def test_lean_instance_holds_what_an_ordinary_one_does(
    model: type[Model], shop: Shop, makings: list[type]
) -> None:
    rows = _rows(model)
    ordinary = [_vars(row) for row in rows.all()]
    makings.clear()

    read = list(lean(rows))

    assert [_vars(row) for row in read] == ordinary
    assert [list(vars(row)) for row in read] == [list(vars(row)) for row in rows.all()]
    assert makings.count(model) == len(ordinary)


CLAUSES: Final[dict[str, Callable[[Any], Any]]] = {
    "only": lambda rows: rows.only("price"),
    "defer": lambda rows: rows.defer("price", "title"),
    "annotate": lambda rows: rows.annotate(more=F("price") + 1, who=F("title__name")),
    "extra": lambda rows: rows.extra(select={"one": "1", "two": "2"}),
    "alias": lambda rows: rows.alias(more=F("price") + 1).filter(more__gt=0),
    "union": lambda rows: (
        rows.order_by().union(rows.order_by(), all=True).order_by("id")
    ),
    "none": lambda rows: rows.none(),
    "slice": lambda rows: rows[:1],
}


@pytest.mark.parametrize("clause", CLAUSES.values(), ids=list(CLAUSES))
def test_clauses_hold(clause: Callable[[Any], Any], shop: Shop) -> None:
    rows = clause(_rows(Copy))

    assert [_vars(row) for row in lean(rows)] == [_vars(row) for row in rows.all()]


def test_select_related_is_left_to_django(shop: Shop) -> None:
    rows = _rows(Copy).select_related("title__publisher")

    read = list(lean(rows))

    with watched() as statements:
        names = [copy.title.publisher.name for copy in read if copy.title.publisher]
    assert names
    assert len(statements) == 0


def test_rows_of_a_manager_know_their_owner(shop: Shop) -> None:
    shelf = _rows(Shelf).filter(copies__isnull=False)[:1].get()

    read = list(lean(shelf.copies.all()))

    assert read
    assert all(copy.shelf is shelf for copy in read)


# What instances can do


def test_lean_instance_does_what_an_ordinary_one_does(shop: Shop) -> None:
    copy = lean(_rows(Copy).filter(shelf__isnull=False).only("price"))[:1].get()
    twin = _rows(Copy).get(pk=copy.pk)

    assert copy == twin
    assert hash(copy) == hash(twin)
    assert str(copy.shelf) == str(twin.shelf)
    assert copy.amount == twin.amount
    assert "third" in copy.get_deferred_fields()
    assert copy in copy.shelf.copies.filter(price=copy.price)
    _rows(Copy).update(price=77)
    copy.refresh_from_db()
    assert copy.price == 77
    copy.amount += 1
    copy.save()
    assert _rows(Copy).get(pk=copy.pk).amount == twin.amount + 1


# Relations


def _ends(rows: list[Any], path: str) -> list[Any]:
    """Return the keys of what rows lead to, level by level."""
    name, _, rest = path.partition("__")
    found = []
    for row in rows:
        try:
            end = getattr(row, name)
        except ObjectDoesNotExist:
            continue
        some = list(end.all()) if hasattr(end, "all") else [end]
        some = [each for each in some if each is not None]
        further = _ends(some, rest) if rest else []
        found.append((row.pk, [each.pk for each in some], further))
    return found


def _branch(path: str, columns: frozenset[str] | None) -> Branch:
    name, _, rest = path.partition("__")
    return Branch(below={name: _below(rest, columns)})


def _below(rest: str, columns: frozenset[str] | None) -> Branch:
    return Branch(columns, _branch(rest, columns).below if rest else {})


@pytest.mark.parametrize(("model", "path"), PATHS)
@pytest.mark.parametrize("columns", [None, frozenset[str]()], ids=["all", "fewest"])
def test_relations_hold_what_prefetch_related_finds(
    model: type[Model],
    path: str,
    columns: frozenset[str] | None,
    shop: Shop,
    makings: list[type],
) -> None:
    rows, twins = (list(_rows(model)) for _ in range(2))
    with watched() as before:
        prefetch_related_objects(twins, path)
    makings.clear()

    with watched() as after:
        fetch(rows, _branch(path, columns))

    assert makings == []
    assert len(after) == len(before)
    with watched() as further:
        found = _ends(rows, path)
    assert len(further) == 0
    assert found == _ends(twins, path)
    assert any(ends for _, ends, _ in found)


def test_default_manager_decides_which_rows_there_are() -> None:
    class Short(models.Manager[Any]):
        @override
        def get_queryset(self) -> QuerySet[Any]:
            return super().get_queryset().exclude(line="long").order_by("-pk")

    with made(manager=Short()) as world:
        world.grow("a", "bc")
        world.work.objects.create(
            name="d", line="long", publisher=world.house.objects.get(name="0")
        )

        world.rename()

        assert world.counts() == [2, 2]
        pks = [each.pk for each in world.seen[-2:]]
        assert pks == sorted(pks, reverse=True)


@pytest.mark.skipif(not hasattr(models, "FETCH_ONE"), reason="new in Django 6.1")
@pytest.mark.parametrize(("mode", "queries"), [("FETCH_PEERS", 0), ("FETCH_RAISE", 0)])
def test_fetch_mode_of_a_manager_holds(mode: str, queries: int) -> None:
    """Nothing is left to be read later, which the mode might refuse."""

    class Moded(models.Manager[Any]):
        @override
        def get_queryset(self) -> QuerySet[Any]:
            rows: Any = super().get_queryset()
            moded: QuerySet[Any] = rows.fetch_mode(getattr(models, mode))
            return moded

    with made(manager=Moded()) as world:
        world.grow("a", "bc")
        usual = _queries(world)
        world.use = lambda work: work.line

        assert _queries(world) == usual + queries
        states = [e._state for e in world.seen if type(e) is world.work]
        assert {state.fetch_mode for state in states} == {getattr(models, mode)}
        assert all(bool(state.peers) == (mode == "FETCH_PEERS") for state in states)


def test_filter_of_a_prefetched_manager_asks_anew() -> None:
    with made() as world:
        world.works = lambda house: house.works.filter(line="none")
        world.grow("a", "bc")

        world.rename()

        assert world.counts() == [0, 0]


def test_prefetch_objects_of_the_user_are_honoured(makings: list[type]) -> None:
    lookup: Any = Prefetch("works", to_attr="some")
    with made(prefetch=[lookup]) as world:
        lookup.queryset = world.work.objects.filter(name="bc")
        world.works = lambda house: house.some
        world.grow("a", "bc")
        makings.clear()

        _rows(world.work).filter(name="a").update(name="abc")

        assert world.counts() == [1, 1]
        assert makings.count(world.work) == 2
        assert type(lookup.queryset) is QuerySet
        assert lookup.queryset._result_cache is None


# Columns


def test_columns_by_which_relations_find_rows_are_always_read() -> None:
    with isolate_apps("django.contrib.contenttypes", "tests.computedapp"):

        class Point(models.Model):
            code = models.CharField(max_length=5, unique=True)
            kind = models.ForeignKey(ContentType, models.CASCADE)
            place = models.CharField(max_length=5)
            text = models.CharField(max_length=5)

            class Meta:
                app_label = "computedapp"

        class Line(models.Model):
            at = models.ForeignKey(Point, models.CASCADE, "+", to_field="code")
            points = GenericRelation(Point, "place", "kind", related_query_name="+")
            text = models.CharField(max_length=5)

            class Meta:
                app_label = "computedapp"

        class Long(Line):
            more = models.CharField(max_length=5)

            class Meta:
                app_label = "computedapp"

        assert relation_columns(Point) == {"id", "code", "kind", "place"}
        assert relation_columns(Line) == {"id", "at"}
        # The parent's own key is read from the link.
        assert relation_columns(Long) == {"line_ptr", "at"}
    assert relation_columns(Note) == {"id", "content_type", "object_id"}
    assert relation_columns(Chair) == {"row", "number", "hall"}


def test_columns_that_any_rule_names_are_read_and_keys() -> None:
    with made() as world:
        world.grow("a", "bc")

        world.rename()

        works = [each for each in world.seen if type(each) is world.work]
        houses = [each for each in world.seen if type(each) is world.house]
        assert len(works) == 4
        assert all(w.get_deferred_fields() == {"line", "words"} for w in works)
        assert not any(house.get_deferred_fields() for house in houses)


def test_path_that_the_user_names_is_read_whole(makings: list[type]) -> None:
    with made(prefetch=["works"]) as world:
        world.grow("a", "bc")
        makings.clear()

        world.rename()

        assert not any(each.get_deferred_fields() for each in world.seen)
        assert makings == []


def _queries(world: World) -> int:
    with watched() as statements:
        world.rename()
    return len(statements)


def test_undeclared_column_is_there_for_a_query_of_its_own() -> None:
    with made() as world:
        world.grow("a", "bc")
        usual = _queries(world)
        lines: list[str] = []
        world.use = lambda work: lines.append(work.line)

        assert _queries(world) == usual + 4
        assert lines == ["line"] * 4


@pytest.mark.parametrize("write", ["price", "title", "shelf"])
def test_work_takes_the_queries_that_ordinary_instances_take(
    write: str, shop: Shop
) -> None:
    value = {"price": 7, "title": _rows(Title)[:1].get(), "shelf": None}[write]
    before = list(_rows(Copy).values())

    with watched() as statements:
        _rows(Copy).update(**{write: value})
    assert drifted() == []
    for row in before:
        _rows(Copy).filter(pk=row["id"]).update(
            price=row["price"], title=row["title_id"], shelf=row["shelf_id"]
        )
    with listening(post_init, None), watched() as ordinary:
        _rows(Copy).update(**{write: value})

    assert len(statements) == len(ordinary)
