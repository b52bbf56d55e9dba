from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_the_one_shape"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="written_by",
            field=models.CharField(blank=True, max_length=16, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="report",
            name="thread",
            field=models.ForeignKey(
                null=True, on_delete=models.deletion.PROTECT, related_name="additions", to="intake.report"
            ),
        ),
    ]
