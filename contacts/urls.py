"""Addresses of this room: personal links, short and without a language."""

from django.urls import URLPattern, path

from contacts import my_data, views

app_name = "contacts"

urlpatterns: list[URLPattern] = [
    path("u/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("p/<str:token>/", views.preferences, name="preferences"),
    path("p/<str:token>/data/", my_data.ask, name="access_request"),
    path("d/<str:token>/", my_data.my_data, name="access"),
    path("d/<str:token>/data.json", my_data.my_data_json, name="access_json"),
    path("d/<str:token>/erase/", my_data.erase, name="access_erase"),
]
