"""The two probes, signing in and out, and the choices that belong to a person rather than to a page."""

from django.urls import path

from arap.core import probes
from arap.core.views import account, choices, factor, sign_in

app_name = "core"

urlpatterns = [
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", factor.sign_in_code, name="sign_in_code"),
    path("admin/login/", sign_in.admin_sign_in, name="admin_sign_in"),
    path("admin/password_change/", account.admin_password, name="admin_password"),
    path("password/", account.password, name="password"),
    path("account/", account.account, name="account"),
    path("account/second-factor/", factor.factor, name="factor"),
    path("account/second-factor/codes/", factor.factor_codes, name="factor_codes"),
    path("account/second-factor/off/", factor.factor_off, name="factor_off"),
    path("account/sessions/end/", account.sessions_end, name="sessions_end"),
    path("account/sessions/<slug:name>/end/", account.session_end, name="session_end"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("language/", choices.language, name="language"),
    path("theme/", choices.theme, name="theme"),
    path("density/", choices.density, name="density"),
    path("settings/digest/", choices.digest, name="digest"),
    path("settings/", choices.settings_page, name="settings"),
    path("company/", choices.company, name="company"),
]
