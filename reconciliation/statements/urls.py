"""Addresses of statements."""

from django.urls import path

from statements.views import customer, runs, statement

app_name = "statements"

urlpatterns = [
    path("", runs.run_list, name="list"),
    path("begin/", runs.begin, name="begin"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("runs/<int:pk>/release/", runs.release, name="release"),
    path("runs/<int:pk>/stop/", runs.stop, name="stop"),
    path("runs/<int:pk>/discard/", runs.discard, name="discard"),
    path("runs/<int:pk>/retry/", runs.retry, name="retry_run"),
    path("for/<int:pk>/", customer.new, name="new"),
    path("for/<int:pk>/pdf/", customer.new_pdf, name="new_pdf"),
    path("for/<int:pk>/send/", customer.send, name="send"),
    path("<int:pk>/", statement.detail, name="detail"),
    path("<int:pk>/pdf/", statement.pdf, name="pdf"),
    path("<int:pk>/again/", statement.again, name="again"),
    path("<int:pk>/send/", statement.send_one, name="send_one"),
    path("<int:pk>/retry/", statement.retry, name="retry"),
    path("<int:pk>/leave-out/", statement.leave_out, name="leave_out"),
    path("<int:pk>/put-back/", statement.put_back, name="put_back"),
]
