"""The set-up of a company."""

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.core.countries import CountryField
from arap.core.logos import LOGO_BYTES_MAX, read_logo
from arap.core.models import Company, CompanyBankAccount, Role, User
from arap.core.models.companies import LANGUAGES


def _styled(form: forms.BaseForm) -> None:
    for field in form.fields.values():
        widget = field.widget
        if not isinstance(widget, forms.CheckboxInput):
            widget.attrs.setdefault("class", "input input--file" if isinstance(widget, forms.FileInput) else "input")
        if isinstance(widget, forms.Textarea):
            widget.attrs["rows"] = 3


class CompanyForm(forms.ModelForm):
    """What a company must have before anything else. The code and the base currency never change afterwards."""

    country = CountryField()
    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = Company
        fields = ("name", "name_local", "code", "base_currency", "country", "time_zone", "language")
        help_texts: ClassVar[dict[str, Any]] = {
            "code": _("Short, for addresses and files: ACME. It cannot be changed later."),
            "base_currency": _("The currency the book is kept in. It cannot be changed later."),
            "name_local": _("The name in Chinese, for a company that has one."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        odd = ("Etc/", "SystemV/")
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(odd))
        self.fields["time_zone"].choices = [("UTC", "UTC"), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]
        _styled(self)


class LetterheadForm(forms.ModelForm):
    """What stands on top of every paper."""

    logo_file = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG or JPEG, at most 512 KB."),
        widget=forms.FileInput(
            attrs={
                "accept": ".png,.jpg,.jpeg",
                # The browser says so before anything is sent (forms.js).
                "data-bytes-max": LOGO_BYTES_MAX,
                "data-too-large": _("The logo is larger than 512 KB."),
            }
        ),
    )
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    class Meta:
        model = Company
        fields = ("name", "name_local", "address", "address_local", "phone", "email", "website", "tax_id", "language")
        help_texts: ClassVar[dict[str, Any]] = {
            "email": _("Printed on papers; answers of customers go there."),
            "language": _("Of papers for customers without a language of their own."),
        }

    def __init__(self, *args: Any, upload_too_large: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.upload_too_large = upload_too_large
        _styled(self)

    def clean_logo_file(self) -> bytes | None:
        """The picture's bytes."""
        return read_logo(self.cleaned_data["logo_file"], upload_too_large=self.upload_too_large)

    def changes(self) -> dict[str, Any]:
        """The fields for set_letterhead."""
        given = {name: self.cleaned_data[name] for name in self.Meta.fields}
        if content := self.cleaned_data["logo_file"]:
            given["logo"] = content
        elif self.cleaned_data["remove_logo"]:
            given["logo"] = None
        return given


class BankAccountForm(forms.ModelForm):
    """An account that customers pay into. `company` is whose; of one that is changed the currency stays."""

    class Meta:
        model = CompanyBankAccount
        fields = ("name", "bank", "account_no", "bic", "currency")
        help_texts: ClassVar[dict[str, Any]] = {
            "account_no": _("An IBAN, or the number as your bank writes it."),
            "bic": _("For payers abroad."),
        }

    def __init__(self, *args: Any, company: Company, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.company = company
        if self.instance.pk:
            del self.fields["currency"]
        _styled(self)

    def values(self) -> dict[str, Any]:
        """The fields as they are printed. Only of a valid form."""
        return {name: getattr(self.instance, name) for name in self.fields}


class InviteForm(forms.Form):
    """Somebody who is to work here, and as what."""

    full_name = forms.CharField(label=_("Full name"), max_length=150)
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=User._meta.get_field("username").validators,
        help_text=_("To sign in with. Somebody who has an account already keeps it and gets the role."),
    )
    email = forms.EmailField(label=_("Email"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    role = forms.ChoiceField(label=_("Role"), choices=Role)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _styled(self)
