"""Addresses of late charges."""

from django.urls import path

from charges import views

app_name = "charges"

urlpatterns = [
    path("", views.runs, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.run, name="run"),
]
