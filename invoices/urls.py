"""Addresses of invoices."""

from django.urls import path

from invoices.views import credit, editor, files, invoices, papers, posting

app_name = "invoices"

urlpatterns = [
    path("", invoices.invoice_list, name="list"),
    path("new/", editor.new, name="new"),
    path("effect/", editor.effect, name="effect"),
    path("post/", posting.post_several, name="post_several"),
    path("send/", papers.send_several, name="send_several"),
    path("<int:pk>/", invoices.detail, name="detail"),
    path("<int:pk>/edit/", editor.edit, name="edit"),
    path("<int:pk>/delete/", editor.delete, name="delete"),
    path("<int:pk>/files/", files.add, name="add_file"),
    path("<int:pk>/files/<int:file>/", files.show, name="file"),
    path("<int:pk>/files/<int:file>/remove/", files.remove, name="remove_file"),
    path("<int:pk>/credit/", credit.credit, name="credit"),
    path("<int:pk>/post/", posting.post, name="post"),
    path("<int:pk>/pdf/", papers.pdf, name="pdf"),
    path("<int:pk>/send/", papers.send, name="send"),
]
