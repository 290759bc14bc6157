"""make_sample --company CODE --customers N --items N [--seed S] [--until YYYY-MM-DD]"""

import argparse
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand, add_company, iso_date
from arap.desk.actions.make_sample import make_sample


class Command(ArapCommand):
    help = _("Make a lifelike company with three years of history. The same arguments make the same company.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_company(parser)
        parser.add_argument("--customers", type=int, required=True, metavar="N")
        parser.add_argument("--items", type=int, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument("--until", type=iso_date, metavar="YYYY-MM-DD", help=_("the last day; today unless told"))

    def handle(self, *args: Any, **options: Any) -> None:
        sample = make_sample(
            options["company"],
            customers=options["customers"],
            items=options["items"],
            until=options["until"] or timezone.localdate(),
            seed=options["seed"],
            progress=lambda done, total: self.say(_("%(done)d of %(total)d items") % {"done": done, "total": total}),
        )
        self.say(
            _("%(customers)d customers and %(items)d items in %(seconds).0f s.")
            % {"customers": sample.customers, "items": sample.items, "seconds": sample.seconds}
        )
