"""Addresses of receipts."""

from django.urls import path

from receipts.views import lists, papers, receipt, undoing

app_name = "receipts"

urlpatterns = [
    path("", lists.receipt_list, name="list"),
    path("new/", lists.new, name="new"),
    path("<int:pk>/", receipt.detail, name="detail"),
    path("<int:pk>/pdf/", papers.pdf, name="pdf"),
    path("<int:pk>/send/", papers.send, name="send"),
    path("<int:pk>/apply/", receipt.apply, name="apply"),
    path("<int:pk>/unapply/", undoing.unapply, name="unapply"),
    path("<int:pk>/return/", undoing.return_receipt, name="return"),
    path("<int:pk>/identify/", receipt.identify, name="identify"),
    path("<int:pk>/identified/<int:identification>/undo/", undoing.unidentify, name="unidentify"),
    path("<int:pk>/confirm/", receipt.confirm, name="confirm"),
    path("<int:pk>/reject/", receipt.reject, name="reject"),
]
