"""Addresses of reminders."""

from django.urls import path

from dunning import views

app_name = "dunning"

urlpatterns = [
    path("", views.run_list, name="list"),
    path("preview/", views.preview, name="preview"),
    path("decide/", views.decide, name="decide"),
    path("<int:pk>/", views.run, name="run"),
    path("<int:pk>/effect/", views.effect, name="effect"),
    path("<int:pk>/release/", views.release, name="release"),
    path("<int:pk>/stop/", views.stop, name="stop"),
    path("notices/<int:pk>/", views.notice, name="notice"),
    path("notices/<int:pk>/send/", views.send, name="send"),
    path("notices/<int:pk>/exclude/", views.exclude, name="exclude"),
]
