"""Who asks for a staff page, and for which offices: one's own, or every one."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from citizens.models import Office, User


def staff(request: HttpRequest) -> User:
    """The person signed in."""
    assert isinstance(request.user, User)  # noqa: S101 - admin_view lets nobody else in
    return request.user


def require(request: HttpRequest, *permissions: str) -> None:
    """Refuses whoever has none of the permissions."""
    if not any(staff(request).has_perm(permission) for permission in permissions):
        raise PermissionDenied


def offices() -> QuerySet[Office]:
    """Every office in use, in the order of all lists."""
    return Office.objects.filter(active=True).order_by("sort_order", "pk")


def own_offices(request: HttpRequest) -> QuerySet[Office]:
    """The offices that the person works at."""
    office = staff(request).office_id
    return offices() if office is None else offices().filter(pk=office)


def office_to_see(request: HttpRequest, code: str) -> Office:
    """The office asked for, or one's own first; 404 for another one than one's own."""
    found = own_offices(request)
    office = (found.filter(code=code) if code else found).first()
    if office is None:
        raise Http404
    return office
