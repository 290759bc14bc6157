"""Addresses of the desk."""

from django.urls import path

from arap.desk.views import customers, documents, jobs, today

app_name = "desk"

urlpatterns = [
    path("", today.today, name="today"),
    path("aging-chart/", today.aging_chart, name="aging_chart"),
    path("find/", documents.find, name="find"),
    path("customers/", customers.customers, name="customers"),
    path("customers/<int:pk>/", customers.customer, name="customer"),
    path("customers/<int:pk>/documents/", customers.customer_documents, name="customer_documents"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
    path("jobs/<int:pk>/cancel/", jobs.cancel, name="job_cancel"),
]
