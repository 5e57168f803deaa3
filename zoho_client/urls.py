"""Addresses of giving and taking our permission at Zoho."""

from django.urls import path

from zoho_client import views

app_name = "zoho_client"
urlpatterns = [
    path("connect/", views.connect, name="connect"),
    path("callback/", views.callback, name="callback"),
    path("disconnect/", views.disconnect, name="disconnect"),
]
