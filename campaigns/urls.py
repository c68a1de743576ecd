"""Addresses of this room."""

from django.urls import path

from campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("m/<str:token>/", views.browser, name="browser"),
    path("l/<str:token>/", views.link, name="link"),
]
