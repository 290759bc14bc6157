"""Addresses of customers that the rooms above share; their pages are the desk's."""

from django.urls import path

from customers import views

app_name = "customers"

urlpatterns = [path("find/", views.find, name="find")]
