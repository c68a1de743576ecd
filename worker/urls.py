"""Addresses of the inbox."""

from django.urls import path

from worker import views

urlpatterns = [
    path("", views.mail_list, name="inbox"),
    path("<str:name>/", views.mail, name="mail"),
    path("<str:name>/html", views.mail_html, name="mail_html"),
    path("<str:name>/part/<int:number>", views.attachment, name="attachment"),
]
