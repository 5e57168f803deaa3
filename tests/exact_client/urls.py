"""The addresses of this package, and of the page to which it sends people back."""

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.urls import include, path


def setup(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("set-up")


def handler403(_request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponseForbidden(f"not for you {exception}")


sync = ([path("setup/", setup, name="setup")], "sync")
urlpatterns = [path("exact/", include("exact_client.urls")), path("", include(sync))]
