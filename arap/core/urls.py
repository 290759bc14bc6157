"""The two probes, signing in and out, and the choices that belong to a person rather than to a page."""

from django.urls import path

from arap.core import probes, views

app_name = "core"

urlpatterns = [
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("admin/login/", views.admin_sign_in, name="admin_sign_in"),
    path("password/", views.password, name="password"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("company/", views.company, name="company"),
]
