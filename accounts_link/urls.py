"""The addresses of the pages about links."""

from django.urls import path

from accounts_link import views

app_name = "accounts_link"
urlpatterns = [
    path("exact/accounts/", views.overview, name="overview"),
    path("exact/accounts/<int:pk>/", views.account, name="account"),
    path("exact/customers/", views.customers, name="customers"),
    path("exact/customers/<int:pk>/", views.customer, name="customer"),
    path("exact/review/", views.review, name="review"),
    path("exact/review/bulk/", views.bulk, name="bulk"),
    path("exact/links/history/", views.history, name="history"),
]
