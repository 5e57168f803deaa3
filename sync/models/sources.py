"""Where documents are fetched from: zapfloor's API, as far as anybody knows it."""

from django.db import models

CHANGED = "filters[updated_since]={since}&page[size]=100"
CUSTOMERS = f"/v1/customers?include=location&{CHANGED}"
DOCUMENTS = " ".join(
    f"/v1/{kind}?include=customer,location,lines&{CHANGED}" for kind in ("invoices", "credit_notes")
)


class ZapfloorSource(models.Model):
    """A connection to zapfloor's API. Its paths and fields are settings, for nothing is published.

    Secrets are sealed as tokens are.
    """

    name = models.CharField(max_length=80, unique=True, default="zapfloor")
    base_url = models.URLField(help_text="For example https://api.zapfloorhq.com")
    token_path = models.CharField(max_length=200, default="/oauth/token")
    client_id = models.CharField(max_length=200)
    client_secret_sealed = models.TextField(blank=True)
    username = models.CharField(max_length=200)
    password_sealed = models.TextField(blank=True)
    token_sealed = models.TextField(blank=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    scope = models.CharField(max_length=300, default="CUSTOMER:READ INVOICE:READ")
    customers_path = models.CharField(max_length=600, default=CUSTOMERS)
    invoices_path = models.CharField(
        max_length=600, default=DOCUMENTS, help_text="One or more, with spaces between."
    )
    customer_fields = models.JSONField(
        default=dict, blank=True, help_text="Our field: where it is found in a record."
    )
    invoice_fields = models.JSONField(
        default=dict, blank=True, help_text="Our field: where it is found in a record."
    )
    line_fields = models.JSONField(
        default=dict, blank=True, help_text="Our field: where it is found in a line."
    )
    is_active = models.BooleanField(default=False)
    fetched_at = models.DateTimeField(null=True, blank=True)
    refused = models.JSONField(
        default=list, blank=True, help_text="Records that could not be taken in, and why."
    )
    problem = models.TextField(blank=True, help_text="Why the last fetch failed, in plain words.")

    def __str__(self) -> str:
        return self.name
