"""Addresses of this room."""

from django.urls import path

from content.views import robots, sitemap, theme

urlpatterns = [
    path("theme.css", theme, name="theme"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("robots.txt", robots, name="robots"),
]
