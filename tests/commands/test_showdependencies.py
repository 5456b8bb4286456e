"""showdependencies: what a write makes stale, from where it is written."""

from __future__ import annotations

import io
from typing import Final

import pytest
from django.core.management import call_command

from tests.commands.computed import APP, call, records

# Read off the rules of the models by hand.
OF_COUNTRY: Final = ["- computedapp.Country: code -> computedapp.Title [line]"]
OF_LOAN: Final = [
    "- computedapp.Loan: days -> computedapp.Member [loan_days]",
    "- computedapp.Loan: member -> computedapp.Member [loan_days]",
    "- computedapp.Loan: title -> computedapp.Member [loan_days]",
]


def test_label_of_a_source_shows_what_follows() -> None:
    assert call("showdependencies", "computedapp.Country").out.splitlines() == (
        OF_COUNTRY
    )


def test_column_leads_to_all_fields_of_a_model_at_once() -> None:
    lines = call("showdependencies", "computedapp.Copy").out.splitlines()

    assert "- computedapp.Copy: price -> computedapp.Shelf [dearest, total]" in lines


def test_through_model_and_its_keys_are_sources() -> None:
    assert call("showdependencies", "computedapp.Loan").out.splitlines() == OF_LOAN


def test_label_of_a_target_shows_what_it_is_made_from() -> None:
    lines = call("showdependencies", "computedapp.Title").out.splitlines()

    assert OF_COUNTRY[0] in lines
    assert "- computedapp.Publisher: name -> computedapp.Title [line]" in lines
    assert "- computedapp.Title: line -> computedapp.Shelf [pride, summary]" in lines


def test_only_what_was_asked_for_is_shown() -> None:
    lines = call("showdependencies", "computedapp.Country", "computedapp.Loan").out

    assert lines.splitlines() == [*OF_COUNTRY, *OF_LOAN]


def test_columns_of_the_row_itself_are_left_out() -> None:
    out = call("showdependencies", APP).out

    assert "computedapp.Shelf: label" not in out
    assert "computedapp.Copy: amount -> " not in out
    assert "computedapp.Room: name -> computedapp.Hall" not in out


def test_tree_of_rows_of_one_model_is_shown() -> None:
    out = call("showdependencies", "computedapp.Branch").out

    assert "- computedapp.Branch: name -> computedapp.Branch [family]" in out


def test_without_labels_everything_is_shown() -> None:
    lines = call("showdependencies").out.splitlines()

    assert set(OF_COUNTRY + OF_LOAN) < set(lines)
    assert len(lines) == len(set(lines))
    assert lines == sorted(lines)


def test_json_is_one_object_a_line() -> None:
    done = call("showdependencies", "computedapp.Loan", "--json")

    assert records(done.out) == [
        {
            "source": "computedapp.Loan",
            "column": column,
            "target": "computedapp.Member",
            "fields": ["loan_days"],
            "contributing": contributing,
        }
        for column, contributing in (("days", False), ("member", True), ("title", True))
    ]


def test_keys_that_relate_rows_stand_out() -> None:
    out = io.StringIO()

    call_command("showdependencies", "computedapp.Loan", stdout=out, force_color=True)

    days, member, title = out.getvalue().splitlines()
    assert "\x1b[" not in days
    assert "\x1b[" in member.split("->")[0]
    assert "\x1b[" in title.split("->")[0]


@pytest.mark.parametrize("label", ["sessions", "auth.User"])
def test_models_without_dependencies_are_an_error(label: str) -> None:
    done = call("showdependencies", label)

    assert done.status == 1
    assert label in done.failure
