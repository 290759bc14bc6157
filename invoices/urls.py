"""Addresses of invoices."""

from django.urls import path

from invoices.views import invoices

app_name = "invoices"

urlpatterns = [
    path("", invoices.invoice_list, name="list"),
    path("<int:pk>/", invoices.detail, name="detail"),
]
