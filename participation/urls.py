"""Addresses of this room."""

urlpatterns: list = []
localised_urlpatterns: list = []
