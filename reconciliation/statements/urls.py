"""Addresses of statements."""

from django.urls import path

from statements import views

app_name = "statements"

urlpatterns = [
    path("", views.run_list, name="list"),
    path("begin/", views.begin, name="begin"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/release/", views.release, name="release"),
    path("runs/<int:pk>/stop/", views.stop, name="stop"),
    path("for/<int:pk>/", views.new, name="new"),
    path("for/<int:pk>/pdf/", views.new_pdf, name="new_pdf"),
    path("for/<int:pk>/send/", views.send, name="send"),
    path("<int:pk>/pdf/", views.pdf, name="pdf"),
    path("<int:pk>/again/", views.again, name="again"),
]
