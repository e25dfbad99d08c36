"""The admin site: the one place where staff work."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _

from citizens.models import User
from portal import second_factor


class SignInForm(AdminAuthenticationForm):
    """Refuses a user name that no column could hold, before anything looks it up or counts it."""

    def clean_username(self) -> str:
        typed: str = self.cleaned_data["username"]
        if len(typed) > (User._meta.get_field("username").max_length or 0):
            raise self.get_invalid_login_error()
        return typed


class PortalAdminSite(admin.AdminSite):
    """Django's admin with our words, and a second factor outside a demonstration."""

    site_header = "Disdukcapil Kota Serang"
    site_title = _("Staff pages of Disdukcapil Kota Serang")
    index_title = _("Staff pages")
    enable_nav_sidebar = False
    login_template = "admin/login.html"
    login_form = SignInForm
    index_template = "admin/index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff who gave their second factor."""
        return super().has_permission(request) and second_factor.is_complete(request)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        return [
            path("kode/", self.second_factor, name="second_factor"),
            *super().get_urls(),
        ]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The first step; whoever has made it goes on to the second one."""
        if super().has_permission(request) and not second_factor.is_complete(request):
            wanted = request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index"))
            return HttpResponseRedirect(second_factor.url(wanted))
        return super().login(request, extra_context)

    def second_factor(self, request: HttpRequest) -> HttpResponse:
        """The second step."""
        return second_factor.second_factor(request, context=self.each_context(request))
