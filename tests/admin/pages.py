"""What tests of the listings look at."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from typing_extensions import override

__all__ = ["COMPUTED", "CONTRIBUTING", "Table", "squeezed", "table"]

COMPUTED: Final = "/admin/django_reckon/computedmodelentry/"
CONTRIBUTING: Final = "/admin/django_reckon/contributingmodelentry/"


class Table(HTMLParser):
    """The texts of one table's cells, by the label of the model they are about."""

    def __init__(self, name: str) -> None:
        """Look for the table of that id."""
        super().__init__()
        self.name = name
        self.rows: dict[str, list[list[str]]] = {}
        self._inside = False
        self._model = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "table":
            self._inside = attributes.get("id") == self.name
        elif tag == "tbody":
            self._model = attributes.get("data-model") or ""
        elif not self._inside or not self._model:
            return
        elif tag == "tr":
            self.rows.setdefault(self._model, []).append([])
        elif tag == "td":
            self.rows[self._model][-1].append("")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._inside = False

    @override
    def handle_data(self, data: str) -> None:
        rows = self.rows.get(self._model)
        if self._inside and rows and rows[-1]:
            rows[-1][-1] = squeezed(f"{rows[-1][-1]} {data}")


def table(html: str, name: str) -> dict[str, list[list[str]]]:
    """Return the cells of a table, row by row, for each model."""
    parser = Table(name)
    parser.feed(html)
    return parser.rows


def squeezed(text: str) -> str:
    """Return a text with single spaces."""
    return " ".join(text.split())
