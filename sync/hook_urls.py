"""The addresses at which Exact and Zoho tell us of changes; nobody signs in there."""

from django.urls import path

from sync.views import hooks

app_name = "hooks"
urlpatterns = [
    path("exact/<str:path>/", hooks.exact, name="exact"),
    path("zoho/<str:path>/", hooks.zoho, name="zoho"),
]
