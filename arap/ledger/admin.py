"""The book in the admin: to read and search, never to write. Accounts may be renamed."""

from django.contrib import admin

from arap.core.admin.base import ReadOnlyAdmin, RoleAdmin
from arap.ledger.models import Account, Application, Document, Entry, Item, JournalLine, Posting, Seal


@admin.register(Account)
class AccountAdmin(RoleAdmin):
    verb = "admin.companies"
    list_display = ("code", "name", "name_local", "role", "is_control", "company")
    list_filter = ("company", "is_control")
    fields = ("company", "code", "name", "name_local", "role", "is_control")
    readonly_fields = ("company", "role", "is_control")

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


class BookAdmin(ReadOnlyAdmin):
    verb = "ledger.view"
    list_filter = ["company"]
    show_full_result_count = False


@admin.register(Posting)
class PostingAdmin(BookAdmin):
    list_display = ("position", "company", "recorded_at", "actor", "verb")
    list_select_related = ("company", "actor")


@admin.register(Document)
class DocumentAdmin(BookAdmin):
    list_display = ("number", "kind", "company", "customer", "currency", "total", "document_on", "posted_on")
    list_filter = ["company", "kind"]
    list_select_related = ("company", "customer")
    search_fields = ("=number", "customer__code")


@admin.register(Item)
class ItemAdmin(BookAdmin):
    list_display = (
        "id",
        "document",
        "customer",
        "account",
        "currency",
        "amount",
        "open_amount",
        "due_on",
        "settled_on",
    )
    list_select_related = ("document", "customer", "account")
    search_fields = ("=document__number",)


@admin.register(Application)
class ApplicationAdmin(BookAdmin):
    list_display = ("id", "company", "effective_on", "policy", "reason", "undoes")
    list_select_related = ("company", "undoes")


@admin.register(Entry)
class EntryAdmin(BookAdmin):
    list_display = ("id", "item", "counter_item", "currency", "amount", "base_amount", "effective_on", "reverses")
    list_select_related = ("item", "counter_item", "reverses")


@admin.register(JournalLine)
class JournalLineAdmin(BookAdmin):
    list_display = ("id", "posted_on", "document", "account", "customer", "currency", "amount", "base_amount")
    list_select_related = ("document", "account", "customer")
    search_fields = ("=document__number",)


@admin.register(Seal)
class SealAdmin(BookAdmin):
    list_display = ("company", "from_position", "to_position", "row_count", "digest", "sealed_at")
