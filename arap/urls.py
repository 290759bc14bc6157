"""All addresses of the application."""

from django.contrib import admin
from django.urls import include, path

handler400 = "arap.core.views.bad_request"
handler403 = "arap.core.views.forbidden"
handler404 = "arap.core.views.not_found"
handler500 = "arap.core.views.failed"

urlpatterns = [
    path("", include("arap.core.urls")),
    path("customers/", include("customers.urls")),
    path("", include("arap.desk.urls")),
    path("invoices/", include("invoices.urls")),
    path("receipts/", include("receipts.urls")),
    path("bills/", include("bills.urls")),
    path("aging/", include("aging.urls")),
    path("holds/", include("cases.urls")),
    path("reminders/", include("dunning.urls")),
    path("late-charges/", include("charges.urls")),
    path("outbox/", include("arap.outbox.urls")),
    path("statements/", include("statements.urls")),
    path("api/", include("arap.api.urls")),
    path("admin/", admin.site.urls),
]
