"""Addresses of the outbox."""

from django.urls import path

from arap.outbox import views

app_name = "outbox"

urlpatterns = [
    path("", views.message_list, name="list"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/formatted/", views.formatted, name="formatted"),
    path("<int:pk>/files/<int:line>/", views.file, name="file"),
    path("<int:pk>/send-again/", views.send_again, name="send_again"),
    path("<int:pk>/mark-sent/", views.mark_sent, name="mark_sent"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/allow-address/", views.allow_address, name="allow_address"),
]
