"""Addresses of the aging report."""

from django.urls import path

from aging import views

app_name = "aging"

urlpatterns = [
    path("", views.report, name="report"),
    path("keep/", views.keep, name="keep"),
    path("items/", views.items, name="items"),
    path("export.csv", views.export, name="export"),
    path("export.xlsx", views.export, {"kind": "xlsx"}, name="export_xlsx"),
    path("export.pdf", views.export, {"kind": "pdf"}, name="export_pdf"),
]
