"""Pages of the foundation: signing in, a person's own account and choices, and the error pages."""

from arap.core.views.errors import bad_request, csrf_failure, failed, forbidden, not_found

__all__ = ["bad_request", "csrf_failure", "failed", "forbidden", "not_found"]
