from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "frozen.sql"
KEPT = ("cycle", "dunningrun", "notice", "noticetotal", "noticeitem", "skipped")
FRESH = ("notice", "noticetotal", "noticeitem", "skipped")
UNDO = [
    *(f"drop trigger dunning_{table}_keep on dunning_{table}" for table in KEPT),
    *(f"drop trigger dunning_{table}_fresh on dunning_{table}" for table in FRESH),
    "drop trigger dunning_dunningrun_frozen on dunning_dunningrun",
    "drop trigger dunning_cycle_frozen on dunning_cycle",
    "drop trigger dunning_notice_said on dunning_notice",
    "drop trigger dunning_skipped_frozen on dunning_skipped",
    "drop function dunning_refuse_late()",
    *(f"grant delete, truncate on dunning_{table} to arap_app" for table in KEPT),
    "grant update on dunning_noticetotal, dunning_skipped, dunning_noticeitem to arap_app",
]


class Migration(migrations.Migration):
    dependencies = [("dunning", "0003_nightly")]
    operations = [
        migrations.AddField(
            model_name="dunningpolicy",
            name="opening_step",
            field=models.PositiveSmallIntegerField(
                blank=True,
                db_default=1,
                default=1,
                help_text="The first reminder to a customer who was never reminded is at most this step, however old"
                " the debt; the next steps follow at their distances. Empty: begin at the step of the debt’s age.",
                null=True,
                verbose_name="old debts begin with step",
            ),
        ),
        migrations.AddField(model_name="notice", name="age_step", field=models.PositiveSmallIntegerField(null=True)),
        migrations.AlterField(
            model_name="dunningrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("deciding", "Being decided"),
                    ("proposed", "Proposed"),
                    ("released", "Released"),
                    ("stopped", "Stopped"),
                ],
                default="deciding",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.RemoveConstraint(model_name="dunningrun", name="dunning_run_state"),
        migrations.AddConstraint(
            model_name="dunningrun",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=["deciding", "proposed", "released", "stopped"]),
                name="dunning_run_state",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), UNDO),
    ]
