"""Addresses of this room: one's own mail by a token, the public archive under a language."""

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy

from campaigns import views

app_name = "campaigns"
urlpatterns: list[URLPattern] = [
    path("m/<str:token>/", views.browser, name="browser"),
    path("l/<str:token>/", views.link, name="link"),
    path("archive.atom", views.archive_atom, name="archive_atom"),
    path("archive.json", views.archive_json, name="archive_json"),
]

localised_urlpatterns: list[URLPattern] = [
    path(gettext_lazy("archive/"), views.archive, name="list"),
    path(gettext_lazy("archive/<int:number>/"), views.archived_mail, name="mailing"),
]
