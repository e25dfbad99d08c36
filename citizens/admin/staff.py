"""The people who sign in, and what their groups may do."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_totp.models import TOTPDevice

from citizens.models import User
from citizens.read_only import ReadOnly


@admin.register(User)
class StaffAdmin(UserAdmin):  # type: ignore[type-arg]  # it takes no parameter when the program runs
    list_display = ["username", "full_name", "office", "is_active", "last_login"]
    list_filter = ["is_active", "groups", "office"]
    list_select_related = ["office"]
    search_fields = ["username"]
    search_help_text = gettext_lazy("User name")
    ordering = ["username"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    actions = ["reset_second_factor"]
    fieldsets = [
        (None, {"fields": ["username", "password", "full_name", "email", "office"]}),
        (gettext_lazy("Permissions"), {"fields": ["is_active", "groups"]}),
        (gettext_lazy("Important dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": [
                    *("username", "full_name", "email", "office"),
                    *("usable_password", "password1", "password2"),
                ],
            },
        ),
    ]

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> "ModelMultipleChoiceField[Any] | None":
        """There are six groups: boxes say more than two lists with arrows."""
        if db_field.name == "groups":
            kwargs["widget"] = CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only a superuser edits a superuser: nobody rises by setting that password."""
        guarded = obj is not None and obj.is_superuser and not _is_superuser(request)
        return not guarded and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People who have worked here stay in the records; they are made inactive."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Everybody who signs in is staff; what they may do is up to their groups."""
        obj.is_staff = True
        super().save_model(request, obj, form, change)

    @admin.action(
        description=gettext_lazy("Let the second factor be set up anew (lost phone)"),
        permissions=["change"],
    )
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Removes the authenticator of the chosen people; at their next sign-in they set one up."""
        people = [user for user in queryset if self.has_change_permission(request, user)]
        TOTPDevice.objects.filter(user__in=people).delete()
        for user in people:
            self.log_change(request, user, _("Second factor reset."))
        names = ", ".join(user.get_username() for user in people) or "-"
        messages.success(
            request, _("Second factor to be set up anew: %(names)s.") % {"names": names}
        )


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


admin.site.unregister(Group)


@admin.register(Group)
class GroupOfStaffAdmin(ReadOnly, GroupAdmin):
    """What each group may do; the table is in portal/groups.py."""
