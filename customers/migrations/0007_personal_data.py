from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "personal_data.sql"
# What is erased stays so.
UNDO = """
drop function customers_erase_notes(bigint, bigint[]), customers_erase_said(bigint, text, text[]);
drop function customers_accessentry_refuse() cascade;
create or replace function core_auditentry_refuse() returns trigger
language plpgsql as $$
begin
    raise exception 'the audit log is append-only: % refused', tg_op
        using errcode = 'restrict_violation';
end
$$;
drop function core_words_erased(jsonb);
drop trigger customers_note_frozen on customers_note;
create trigger customers_note_frozen before update on customers_note
    for each row when (
        (new.id, new.company_id, new.customer_id, new.text, new.written_at)
        is distinct from (old.id, old.company_id, old.customer_id, old.text, old.written_at)
        or new.file_id is distinct from old.file_id or new.written_by_id is distinct from old.written_by_id
        or (old.withdrawn_at is not null
            and (new.withdrawn_at, new.withdrawn_by_id) is distinct from (old.withdrawn_at, old.withdrawn_by_id)))
    execute function customers_note_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_audit_indexes"),
        ("customers", "0006_contracts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="at"
                    ),
                ),
                (
                    "page",
                    models.CharField(
                        choices=[
                            ("customer", "Customer page"),
                            ("contact", "Contact"),
                            ("search", "Search for a person"),
                            ("person", "What is kept of a person"),
                            ("export", "Export of a person’s data"),
                            ("api", "API"),
                        ],
                        max_length=10,
                        verbose_name="page",
                    ),
                ),
                ("contact_id", models.BigIntegerField(null=True, verbose_name="contact")),
            ],
            options={
                "verbose_name": "look at personal data",
                "verbose_name_plural": "access log",
                "ordering": ["-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Retention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("contact", "Contacts: name, e-mail, telephone"),
                            ("note", "Notes and their files"),
                            ("payer", "Payers: name, account, remittance text"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("months", models.PositiveSmallIntegerField(verbose_name="months")),
            ],
            options={
                "verbose_name": "retention",
                "verbose_name_plural": "retentions",
                "ordering": ["company", "kind"],
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="note",
            name="customers_note_says_something",
        ),
        migrations.AddField(
            model_name="contact",
            name="erase_asked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erasure asked for at"),
        ),
        migrations.AddField(
            model_name="contact",
            name="erased_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erased at"),
        ),
        migrations.AddField(
            model_name="contact",
            name="left_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="left at"),
        ),
        migrations.AddField(
            model_name="note",
            name="erased_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erased at"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("text", ""), _negated=True),
                    ("file__isnull", False),
                    ("erased_at__isnull", False),
                    _connector="OR",
                ),
                name="customers_note_says_something",
            ),
        ),
        migrations.AddField(
            model_name="accessentry",
            name="actor",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="actor",
            ),
        ),
        migrations.AddField(
            model_name="accessentry",
            name="company",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.company",
                verbose_name="company",
            ),
        ),
        migrations.AddField(
            model_name="accessentry",
            name="customer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="retention",
            name="company",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.company",
                verbose_name="company",
            ),
        ),
        migrations.AddIndex(
            model_name="accessentry",
            index=models.Index(fields=["company", "-id"], name="customers_accessentry_newest"),
        ),
        migrations.AddIndex(
            model_name="accessentry",
            index=models.Index(fields=["company", "actor", "customer", "-at"], name="customers_accessentry_actor"),
        ),
        migrations.AddConstraint(
            model_name="accessentry",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="customers_accessentry_company_key"),
        ),
        migrations.AddConstraint(
            model_name="retention",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="customers_retention_company_key"),
        ),
        migrations.AddConstraint(
            model_name="retention",
            constraint=models.UniqueConstraint(fields=("company", "kind"), name="customers_retention_once"),
        ),
        migrations.AddConstraint(
            model_name="retention",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "payer"), _negated=True), ("months__gte", 120), _connector="OR"),
                name="customers_retention_payer",
            ),
        ),
        migrations.AddConstraint(
            model_name="retention",
            constraint=models.CheckConstraint(
                condition=models.Q(("months__lte", 600)), name="customers_retention_months"
            ),
        ),
        migrations.RunSQL(SQL.read_text("utf-8"), UNDO),
    ]
