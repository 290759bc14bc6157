"""Requests to try, for the documentation."""

from django.utils.translation import gettext as _


def examples(site: str) -> list[tuple[str, str]]:
    """Requests to try, each with its title."""
    ask = f'curl {site}/api/v1/token/ -H "Authorization: Bearer $ARAP_TOKEN"'
    invoice = (
        f"curl -X POST {site}/api/v1/invoices/ \\\n"
        '  -H "Authorization: Bearer $ARAP_TOKEN" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        '  -H "Idempotency-Key: order-4711" \\\n'
        """  -d '{"customer": "C-1", "currency": "CNY", "issued_on": "2026-11-20",\n"""
        """       "lines": [{"description": "Pump", "quantity": "2", "unit_price": "1130.00", "entry": "gross"}],\n"""
        """       "post": true}'"""
    )
    receipt = (
        f"curl -X POST {site}/api/v1/receipts/ \\\n"
        '  -H "Authorization: Bearer $ARAP_TOKEN" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        '  -H "Idempotency-Key: bank-2026-11-25-17" \\\n'
        """  -d '{"amount": "2260.00", "currency": "CNY", "received_on": "2026-11-25", "customer": "C-1",\n"""
        """       "remittance": "INV-2026-000123", "auto": true}'"""
    )
    return [
        (_("Ask what the token is"), ask),
        (_("Draft and post an invoice"), invoice),
        (_("Record money in and apply it"), receipt),
    ]
