from django.urls import path

from bills import views

app_name = "bills"
urlpatterns = [
    path("", views.bill_list, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/endorse/", views.endorse, name="endorse"),
    path("<int:pk>/discount/", views.discount, name="discount"),
    path("<int:pk>/collect/", views.collect, name="collect"),
    path("<int:pk>/settle/", views.settle, name="settle"),
    path("<int:pk>/dishonour/", views.dishonour, name="dishonour"),
    path("<int:pk>/split/", views.split, name="split"),
    path("<int:pk>/events/<int:event>/undo/", views.undo, name="undo"),
]
