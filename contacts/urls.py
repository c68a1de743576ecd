"""Addresses of this room: personal links, short and without a language."""

from django.urls import URLPattern, path

from contacts import views

app_name = "contacts"

urlpatterns: list[URLPattern] = [
    path("u/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("p/<str:token>/", views.preferences, name="preferences"),
]
