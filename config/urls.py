"""Which app answers which address."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path(
        "login/",
        auth.LoginView.as_view(redirect_authenticated_user=True, next_page="sync:home"),
        name="login",
    ),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("api/v1/", include("sync.api.urls")),
    path("hooks/", include("sync.hook_urls")),
    path("exact/", include("exact_client.urls")),
    path("zoho/", include("zoho_client.urls")),
    path("", include("accounts_link.urls")),
    path("", include("sync.urls")),
]
