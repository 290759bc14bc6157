"""Addresses of holds."""

from django.urls import path

from cases import views

app_name = "cases"

urlpatterns = [
    path("", views.holds, name="holds"),
    path("new/<int:customer_pk>/", views.new, name="new"),
    path("<int:pk>/release/", views.release, name="release"),
]
