"""Addresses of receipts."""

from django.urls import path

from receipts.views import arrangements, lists, papers, receipt, undoing, write_offs

app_name = "receipts"

urlpatterns = [
    path("", lists.receipt_list, name="list"),
    path("new/", lists.new, name="new"),
    path("write-offs/", write_offs.write_off_list, name="write_offs"),
    path("write-offs/new/<int:item>/", write_offs.new, name="write_off_new"),
    path("write-offs/<int:pk>/", write_offs.detail, name="write_off"),
    path("write-offs/<int:pk>/approve/", write_offs.approve, name="write_off_approve"),
    path("write-offs/<int:pk>/reject/", write_offs.reject, name="write_off_reject"),
    path("write-offs/<int:pk>/undo/", write_offs.undo, name="write_off_undo"),
    path("write-offs/<int:pk>/recover/", write_offs.recover, name="write_off_recover"),
    path("write-offs/<int:pk>/recoveries/<int:recovery>/undo/", write_offs.unrecover, name="write_off_unrecover"),
    path("write-offs/<int:pk>/evidence/", write_offs.evidence, name="write_off_evidence"),
    path("arrangements/", arrangements.arrangement_list, name="arrangements"),
    path("arrangements/exchange/<int:item>/", arrangements.exchange, name="arrangement_exchange"),
    path("arrangements/transfer/<int:item>/", arrangements.transfer, name="arrangement_transfer"),
    path("arrangements/netting/<int:item>/", arrangements.netting, name="arrangement_netting"),
    path("arrangements/plan/<int:item>/", arrangements.plan, name="arrangement_plan"),
    path("arrangements/<int:pk>/", arrangements.detail, name="arrangement"),
    path("arrangements/<int:pk>/approve/", arrangements.approve, name="arrangement_approve"),
    path("arrangements/<int:pk>/reject/", arrangements.reject, name="arrangement_reject"),
    path("arrangements/<int:pk>/undo/", arrangements.undo, name="arrangement_undo"),
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
