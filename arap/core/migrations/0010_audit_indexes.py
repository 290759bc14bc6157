from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0009_sessions_and_second_factor")]
    operations = [
        migrations.AddIndex("auditentry", models.Index(fields=["company", "-id"], name="core_auditentry_company")),
        migrations.AddIndex(
            "auditentry", models.Index(fields=["company", "actor", "-id"], name="core_auditentry_actor")
        ),
        migrations.AddIndex("auditentry", models.Index(fields=["company", "verb", "-id"], name="core_auditentry_verb")),
    ]
