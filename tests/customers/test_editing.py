"""Two people edit one record: reconcile() by the table, and update_customer() in the database."""

import pytest

from arap.core.errors import Refused
from arap.core.models import AuditEntry, Company, User
from customers.actions import NewCustomer, create_customer, update_customer
from customers.history import last_change
from customers.models import Customer
from customers.rules import Conflict, reconcile

CASES = """
# was  theirs  mine   result  in conflict  why
a      a       a      a       no           nobody changed it
a      a       m      m       no           only I changed it
a      t       a      t       no           only they changed it
a      t       t      t       no           both changed it alike
a      t       m      t       yes          each changed it differently: theirs stays until somebody decides
"""
rows = [line.split(maxsplit=5) for line in CASES.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("was, theirs, mine, result, conflict, why", rows, ids=[row[5] for row in rows])
def test_reconcile(was: str, theirs: str, mine: str, result: str, conflict: str, why: str) -> None:
    merged, conflicts = reconcile({"f": was}, {"f": theirs}, {"f": mine})
    assert merged == {"f": result}
    assert conflicts == ([Conflict("f", was, theirs, mine)] if conflict == "yes" else [])


@pytest.fixture
def alpha(company: Company) -> Customer:
    return create_customer(company, NewCustomer(code="A", name="Alpha", currency="CNY", segment="Retail"), by=None)


def test_two_people_change_different_fields_and_both_count(alpha: Customer, clerk: User, controller: User) -> None:
    seen = last_change(alpha)
    update_customer(alpha, by=controller, name="Alpha Ltd.", segment="Retail")
    after = update_customer(alpha, by=clerk, seen=seen, name="Alpha", segment="Export")
    assert (after.name, after.segment) == ("Alpha Ltd.", "Export")


def test_one_field_changed_by_both_is_refused_with_all_three_values(
    alpha: Customer, clerk: User, controller: User
) -> None:
    seen = last_change(alpha)
    update_customer(alpha, by=controller, segment="Trade")
    update_customer(alpha, by=controller, segment="Wholesale")
    with pytest.raises(Refused) as refusal:
        update_customer(alpha, by=clerk, seen=seen, name="Alpha Ltd.", segment="Export")
    assert refusal.value.code == "changed_meanwhile"
    assert refusal.value.facts["conflicts"] == [Conflict("segment", "Retail", "Wholesale", "Export")]
    assert refusal.value.facts["entries"][0].actor == controller
    alpha.refresh_from_db()
    assert (alpha.name, alpha.segment) == ("Alpha", "Wholesale"), "nothing was recorded"


def test_a_field_can_give_way_and_the_rest_counts(alpha: Customer, clerk: User, controller: User) -> None:
    seen = last_change(alpha)
    update_customer(alpha, by=controller, segment="Wholesale")
    after = update_customer(alpha, by=clerk, seen=seen, giving_way=["segment"], name="Alpha Ltd.", segment="Export")
    assert (after.name, after.segment) == ("Alpha Ltd.", "Wholesale")
    entry = AuditEntry.objects.filter(verb="customer.update").latest("pk")
    assert (entry.before, entry.after) == ({"name": "Alpha"}, {"name": "Alpha Ltd."})


def test_rows_that_are_referred_to_are_met_by_their_numbers(alpha: Customer, clerk: User, controller: User) -> None:
    seen = last_change(alpha)
    update_customer(alpha, by=controller, owner=clerk)
    with pytest.raises(Refused) as refusal:
        update_customer(alpha, by=clerk, seen=seen, owner=controller)
    assert refusal.value.facts["conflicts"] == [Conflict("owner", None, clerk.pk, controller.pk)]
    after = update_customer(alpha, by=clerk, seen=seen, owner=None)
    assert after.owner == clerk, "who did not touch the owner keeps the other's choice"


def test_a_new_name_has_new_initials(alpha: Customer, clerk: User) -> None:
    after = update_customer(alpha, by=clerk, name_local="宁波海辰模具有限公司")
    assert after.initials == "nbhcmjyxgs"
    entry = AuditEntry.objects.filter(verb="customer.update").latest("pk")
    assert entry.after == {"name_local": "宁波海辰模具有限公司"}
