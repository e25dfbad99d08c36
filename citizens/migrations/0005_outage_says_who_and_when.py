import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("citizens", "0004_group_visits_and_patterns")]

    operations = [
        migrations.AddField(
            model_name="outage",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="ended by",
            ),
        ),
        migrations.AddField(
            model_name="outage",
            name="reported_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="reported at"
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="cardstock",
            name="counted_at",
            field=models.DateTimeField(editable=False, verbose_name="counted at"),
        ),
        migrations.AlterField(
            model_name="outage",
            name="ended_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="ended at"
            ),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at", None),
                    ("ended_by", None),
                )
                | models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                name="outage_end_says_who_and_when",
            ),
        ),
    ]
