"""rendergraph: draw which columns make which computed fields stale."""

from __future__ import annotations

import shutil
import subprocess
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from django_reckon.computed.drawing.dot import dot_text
from django_reckon.computed.drawing.mermaid import mermaid_text
from django_reckon.computed.drawing.picture import Picture, picture_of
from django_reckon.computed.drawing.svg import svg_text
from django_reckon.computed.rules.registry import registry
from django_reckon.ground.internals import table_owner
from django_reckon.management.scope import add_labels, named_models

STDOUT: Final = "-"
TITLE: Final = "Dependency graph of computed fields"
# How a file's name ends, and what is written to it then.
_ENDINGS: Final = {
    ".dot": "dot",
    ".gv": "dot",
    ".mermaid": "mermaid",
    ".mmd": "mermaid",
    ".pdf": "pdf",
    ".svg": "svg",
}
FORMATS: Final = ("dot", "mermaid", "pdf", "svg")


class Command(BaseCommand):
    """Write the dependency graph to a file."""

    help = (
        "Draws the dependency graph of the computed fields: dot, mermaid, svg, or pdf, "
        "which needs the program dot of Graphviz."
    )
    # What is declared wrongly is told and left out; no database is asked.
    requires_system_checks: tuple[str, ...] = ()

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "filename", help="The file to write; - for the standard output."
        )
        add_labels(parser, what="Only what leads to or from these apps or models")
        parser.add_argument(
            "--format",
            choices=FORMATS,
            help="What to write; by default what the file's name ends in.",
        )
        parser.add_argument(
            "--engine",
            choices=("own", "dot"),
            default="own",
            help="Who draws an svg: django-reckon itself or Graphviz's program dot.",
        )

    @override
    def handle(self, *labels: str, **options: Any) -> None:
        filename: str = options["filename"]
        form = options["format"] or _format_of(filename)
        picture = self._picture(options["labels"])
        content = _drawn(picture, form, engine=options["engine"])
        if filename == STDOUT:
            self._print(content)
        else:
            _write(filename, content)

    def _picture(self, labels: list[str]) -> Picture:
        """Return what was asked for; say what cannot be in it."""
        only = {*map(table_owner, named_models(labels))} if labels else None
        for problem in registry.problems:
            if only is None or table_owner(problem.model) in only:
                where = f"{problem.model._meta.label}.{problem.name}"
                line = f"{where} is left out: {problem.error}"
                self.stderr.write(self.style.WARNING(line))
        picture = picture_of(registry.columns.values(), only=only)
        if not picture.items:
            what = f"match {' '.join(labels)}" if labels else "are there"
            raise CommandError(f"No computed fields {what}: nothing is drawn.")
        return picture

    def _print(self, content: bytes) -> None:
        """Write to the standard output, or to what a caller gave in its place."""
        binary = getattr(self.stdout, "buffer", None)
        if binary is not None:
            self.stdout.flush()
            binary.write(content)
            binary.flush()
            return
        try:
            self.stdout.write(content.decode("utf-8"), ending="")
        except UnicodeDecodeError as error:
            raise CommandError(
                "A pdf cannot be written to a stream of text. Name a file."
            ) from error


def _format_of(filename: str) -> str:
    """Return what a file of that name should hold."""
    if filename == STDOUT:
        raise CommandError(
            f"Say what to write to the standard output: --format {'|'.join(FORMATS)}."
        )
    form = _ENDINGS.get(Path(filename).suffix.lower())
    if form is None:
        endings = ", ".join(sorted(_ENDINGS))
        raise CommandError(
            f"The name {filename!r} does not tell what to write. Let it end in one of "
            f"{endings}, or give --format."
        )
    return form


def _drawn(picture: Picture, form: str, *, engine: str) -> bytes:
    if form == "pdf" or (form == "svg" and engine == "dot"):
        return _by_graphviz(dot_text(picture), form)
    if form == "svg":
        text = svg_text(picture, title=TITLE)
    else:
        text = dot_text(picture) if form == "dot" else mermaid_text(picture)
    return text.encode("utf-8")


def _by_graphviz(text: str, form: str) -> bytes:
    """Return what the program dot makes of a text in its language."""
    program = shutil.which("dot")
    if program is None:
        raise CommandError(
            f"This {form} is drawn by the program 'dot' of Graphviz, which is not on "
            "the PATH. Install Graphviz, on Debian for instance by 'apt-get install "
            "graphviz', or write svg, dot or mermaid, which need nothing."
        )
    command = [program, f"-T{form}"]
    # No shell; the names of models and fields go through standard input.
    done = subprocess.run(  # noqa: S603 - the program was found on the PATH
        command, input=text.encode("utf-8"), capture_output=True, check=False
    )
    if done.returncode:
        complaint = done.stderr.decode("utf-8", "replace").strip()
        raise CommandError(
            f"{' '.join(command)} failed with status {done.returncode}: {complaint}"
        )
    return done.stdout


def _write(filename: str, content: bytes) -> None:
    try:
        Path(filename).write_bytes(content)
    except OSError as error:
        raise CommandError(f"{filename!r} cannot be written: {error}.") from error
