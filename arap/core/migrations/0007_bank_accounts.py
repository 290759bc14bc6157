from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0006_files_never_change")]
    operations = [
        migrations.AddField(
            "companybankaccount",
            "bic",
            models.CharField(blank=True, db_default="", default="", max_length=11, verbose_name="BIC (SWIFT code)"),
        ),
    ]
