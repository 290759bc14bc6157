"""Addresses of the desk."""

from django.urls import path

from arap.desk.views import (
    audit,
    bank_accounts,
    contacts,
    customers,
    documents,
    guide,
    import_rows,
    imports,
    jobs,
    rates,
    today,
)

app_name = "desk"

urlpatterns = [
    path("", guide.home, name="today"),
    path("guide/", guide.guide, name="guide"),
    path("guide/company/", guide.guide_company, name="guide_company"),
    path("guide/letterhead/", guide.guide_letterhead, name="guide_letterhead"),
    path("guide/bank/", bank_accounts.guide_bank, name="guide_bank"),
    path("guide/bank/<int:pk>/", bank_accounts.guide_bank_account, name="guide_bank_account"),
    path("guide/bank/<int:pk>/act/", bank_accounts.guide_bank_act, name="guide_bank_act"),
    path("guide/people/", guide.guide_people, name="guide_people"),
    path("guide/people/<int:pk>/password/", guide.guide_password, name="guide_password"),
    path("aging-chart/", today.aging_chart, name="aging_chart"),
    path("find/", documents.find, name="find"),
    path("customers/", customers.customers, name="customers"),
    path("customers/<int:pk>/", customers.customer, name="customer"),
    path("customers/<int:pk>/contacts/new/", contacts.contact_new, name="contact_new"),
    path("customers/<int:pk>/contacts/<int:contact_pk>/", contacts.contact_edit, name="contact_edit"),
    path("customers/<int:pk>/documents/", customers.customer_documents, name="customer_documents"),
    path("customers/<int:pk>/statements/", customers.customer_statements, name="customer_statements"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("import/", imports.imports, name="imports"),
    path("import/example.csv", imports.import_example, name="import_example"),
    path("import/<int:pk>/", imports.import_file, name="import"),
    path("import/<int:pk>/columns/", imports.import_columns, name="import_columns"),
    path("import/<int:pk>/try/", imports.try_import, name="import_try"),
    path("import/<int:pk>/run/", imports.run_import, name="import_run"),
    path("import/rows/<int:pk>/", import_rows.import_lines, name="import_lines"),
    path("import/rows/<int:pk>/rows.csv", import_rows.import_lines_csv, name="import_lines_csv"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.audit_export, name="audit_export"),
    path("audit/sample/", audit.audit_sample, name="audit_sample"),
    path("audit/sample/export/", audit.audit_sample_export, name="audit_sample_export"),
    path("rates/", rates.rates, name="rates"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
    path("jobs/<int:pk>/cancel/", jobs.cancel, name="job_cancel"),
]
