"""Addresses of this room."""

from django.urls import path

from content.views import theme

urlpatterns = [path("theme.css", theme, name="theme")]
