"""What every ComputedWriter promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.signals import post_save, pre_save

from django_reckon.ground.internals import concrete_field
from django_reckon.protocols import ComputedWriter

_LABEL: Final = "contract"


class ComputedWriterContract:
    """
    Subclass it, name a writer in make_writer(), and run the tests.

    They need a database, and write to rows of ContentType that they make.

    Attributes:
        alias: The database.
        many: Rows of the largest write; more than a statement takes.
        stores: False for a writer that does not write to the database; override
            read() then.
    """

    alias = "default"
    many = 2_500
    stores = True

    def make_writer(self) -> ComputedWriter:
        """Return a writer that works."""
        raise NotImplementedError

    def read(
        self, writer: ComputedWriter, keys: Iterable[int]
    ) -> dict[int, tuple[str, str]]:
        """Return what is stored: key -> app_label and model."""
        rows = self._rows().filter(pk__in=list(keys))
        return {row.pk: (row.app_label, row.model) for row in rows}

    def test_what_is_written_is_read(self) -> None:
        writer, (key,) = self.make_writer(), self._make(1)

        self._write(writer, ["model"], {key: ["new"]})

        assert self.read(writer, [key]) == {key: (_LABEL, "new")}

    def test_each_field_gets_its_own_value(self) -> None:
        writer, (key,) = self.make_writer(), self._make(1)

        self._write(writer, ["model", "app_label"], {key: ["of model", "of label"]})

        assert self.read(writer, [key]) == {key: ("of label", "of model")}

    def test_each_row_gets_its_own_values(self) -> None:
        writer, keys = self.make_writer(), self._make(3)

        self._write(writer, ["model"], {key: [f"new {key}"] for key in keys})

        assert self.read(writer, keys) == {key: (_LABEL, f"new {key}") for key in keys}

    def test_other_rows_keep_their_values(self) -> None:
        writer, (key, other) = self.make_writer(), self._make(2)
        before = self.read(writer, [other])

        self._write(writer, ["model"], {key: ["new"]})

        assert self.read(writer, [other]) == before

    def test_many_rows_are_written(self) -> None:
        writer, keys = self.make_writer(), self._make(self.many)

        self._write(writer, ["model"], {key: [f"new {key}"] for key in keys})

        found = {key: model for key, (_, model) in self.read(writer, keys[-5:]).items()}
        assert found == {key: f"new {key}" for key in keys[-5:]}

    def test_text_is_not_taken_for_sql(self) -> None:
        writer, (key,) = self.make_writer(), self._make(1)
        text = "%s '\"; \\ -- {}\u00e9"

        self._write(writer, ["model"], {key: [text]})

        assert self.read(writer, [key]) == {key: (_LABEL, text)}

    def test_text_that_is_too_long_is_refused_or_kept_but_not_cut(self) -> None:
        writer, (key,) = self.make_writer(), self._make(1)
        text = "x" * 150

        with suppress(DatabaseError):
            self._write(writer, ["model"], {key: [text]})

        [(_, found)] = self.read(writer, [key]).values()
        assert found in {"old 0", text}

    def test_row_that_is_gone_is_no_error(self) -> None:
        writer, (key, gone) = self.make_writer(), self._make(2)
        self._rows().filter(pk=gone).delete()

        self._write(writer, ["model"], {key: ["new"], gone: ["late"]})

        assert self.read(writer, [key]) == {key: (_LABEL, "new")}
        assert not self._rows().filter(pk=gone).exists()

    def test_no_signal_of_a_save_is_sent(self) -> None:
        writer, (key,) = self.make_writer(), self._make(1)
        heard: list[object] = []

        def hear(sender: object, **_: object) -> None:
            heard.append(sender)

        for signal in (pre_save, post_save):
            signal.connect(hear, sender=ContentType)
        try:
            self._write(writer, ["model"], {key: ["new"]})
        finally:
            for signal in (pre_save, post_save):
                signal.disconnect(hear, sender=ContentType)

        assert heard == []

    def test_rollback_takes_the_values_back(self) -> None:
        writer, (key,) = self.make_writer(), self._make(1)
        if not self.stores:
            return
        before = self.read(writer, [key])

        with transaction.atomic(using=self.alias):
            self._write(writer, ["model"], {key: ["new"]})
            transaction.set_rollback(True, using=self.alias)

        assert self.read(writer, [key]) == before

    def test_error_of_the_database_is_left_to_the_caller(self) -> None:
        writer, keys = self.make_writer(), self._make(2)
        if not self.stores:
            return
        error: Exception | None = None

        try:
            # The two columns are unique together.
            self._write(writer, ["model"], {key: ["same"] for key in keys})
        except IntegrityError as raised:
            error = raised

        assert error is not None

    def _write(
        self,
        writer: ComputedWriter,
        names: Sequence[str],
        rows: Mapping[int, Sequence[str]],
    ) -> None:
        fields = [concrete_field(ContentType, name) for name in names]
        with transaction.atomic(using=self.alias):
            writer.write(ContentType, self.alias, fields, rows)

    def _make(self, count: int) -> list[int]:
        """Write rows and return their keys."""
        self._rows().filter(app_label=_LABEL).delete()
        self._rows().bulk_create(
            ContentType(app_label=_LABEL, model=f"old {number}")
            for number in range(count)
        )
        rows = self._rows().filter(app_label=_LABEL).order_by("pk")
        return list(rows.values_list("pk", flat=True))

    def _rows(self) -> QuerySet[ContentType]:
        return QuerySet(ContentType, using=self.alias)


class DictWriter:
    """
    A ComputedWriter into a dict; the database keeps what it held.

    Attributes:
        values: What was written: label of the model, primary key -> name of the field
            -> value. Tests may look and clear.
    """

    def __init__(self) -> None:
        """Begin with nothing written."""
        self.values: dict[tuple[str, Any], dict[str, Any]] = {}

    def write(
        self,
        model: type[Any],
        alias: str,
        fields: Sequence[Any],
        rows: Mapping[Any, Sequence[Any]],
    ) -> None:
        """Remember the values."""
        for key, values in rows.items():
            known = self.values.setdefault((model._meta.label, key), {})
            known.update(
                (field.name, value) for field, value in zip(fields, values, strict=True)
            )
