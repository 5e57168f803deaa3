from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [("zoho_client", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("zohoconnection", "connected_zoho_means_a_refresh_token"),
        migrations.RenameField("zohoconnection", "refresh_token", "refresh_token_sealed"),
        migrations.RenameField("zohoconnection", "access_token", "access_token_sealed"),
        migrations.RenameField("zohochannel", "token", "token_sealed"),
        migrations.AddConstraint(
            "zohoconnection",
            models.CheckConstraint(
                condition=~Q(state="connected") | ~Q(refresh_token_sealed=""),
                name="connected_zoho_means_a_refresh_token",
            ),
        ),
    ]
