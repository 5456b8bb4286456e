"""Whatever way rows are written, what is made from them is right at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from django.db import transaction

from tests.integration.computed.cases_bulk import BULKS
from tests.integration.computed.cases_relations import DELETES, RELATIONS
from tests.integration.computed.cases_saves import SAVES
from tests.integration.computed.shop import Shop, changed, stored
from tests.support.acting import ACTS
from tests.support.database import committing
from tests.support.drift import drifted

if TYPE_CHECKING:
    from tests.integration.computed.case import Case
    from tests.support.acting import Act

CASES: Final = (*SAVES, *BULKS, *RELATIONS, *DELETES)

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@committing
@each_case
def test_write_moves_what_depends_on_it(case: Case, act: Act) -> None:
    shop = Shop()
    before = stored()

    case.write(act, shop)

    assert drifted() == []
    assert case.moves <= changed(before, stored())


@pytest.mark.once
@committing
@each_case
def test_write_in_a_transaction_elsewhere_moves_what_is_there(case: Case) -> None:
    """The async twins differ in nothing that a database could matter to."""
    Shop()
    here = stored()
    shop = Shop("other")
    before = stored("other")

    with transaction.atomic("other"):
        case.write(ACTS["sync"], shop)

    assert drifted(using="other") == []
    assert case.moves <= changed(before, stored("other"))
    assert stored() == here
