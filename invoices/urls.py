"""Addresses of invoices."""

from django.urls import path

from invoices.views import invoices, papers, posting

app_name = "invoices"

urlpatterns = [
    path("", invoices.invoice_list, name="list"),
    path("post/", posting.post_several, name="post_several"),
    path("send/", papers.send_several, name="send_several"),
    path("<int:pk>/", invoices.detail, name="detail"),
    path("<int:pk>/post/", posting.post, name="post"),
    path("<int:pk>/pdf/", papers.pdf, name="pdf"),
    path("<int:pk>/send/", papers.send, name="send"),
]
