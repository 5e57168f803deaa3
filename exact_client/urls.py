"""Addresses of giving and taking our permission at Exact."""

from django.urls import path

from exact_client import views

app_name = "exact_client"
urlpatterns = [
    path("connect/", views.connect, name="connect"),
    path("callback/", views.callback, name="callback"),
    path("disconnect/", views.disconnect, name="disconnect"),
]
