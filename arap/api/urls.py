"""Addresses of the API and of the pages around it."""

from django.urls import include, path, re_path

from arap.api import views

app_name = "api"

urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("docs/", views.docs, name="docs"),
    path("schema/", views.schema, name="schema"),
    path("v1/", include("arap.api.v1.urls")),
    re_path("^.*$", views.no_such_address, name="no_such_address"),
]
