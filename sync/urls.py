"""The addresses of everything that starts work, and of the pages about work."""

from django.urls import path

from sync.views import home, links

app_name = "sync"
urlpatterns = [
    path("", home.home, name="home"),
    path("links/assign/", links.assign, name="assign"),
    path("links/unlink/", links.unlink, name="unlink"),
    path("links/reject/", links.reject, name="reject"),
    path("links/undo/", links.undo, name="undo"),
    path("links/accept/", links.accept_many, name="accept-many"),
]
