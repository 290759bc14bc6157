"""The practice company of a person."""

from arap.core.models import Company, Membership, Role, User


def practice_of(person: User) -> Company | None:
    """Where `person` practises now; None before the first time."""
    return Company.objects.filter(practice_for=person, is_active=True).first()


def own_roles(person: User) -> frozenset[Role]:
    """Every role that `person` holds in a company that counts."""
    held = Membership.objects.filter(user=person, company__is_active=True, company__practice_for=None)
    return frozenset(Role(role) for role in held.values_list("role", flat=True))
