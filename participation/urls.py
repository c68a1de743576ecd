"""Addresses of this room: personal links without a language, the sign-up under one."""

from django.urls import URLPattern, path

from participation import views

urlpatterns: list[URLPattern] = [
    path("i/<str:token>/", views.invitation, name="invitation"),
    path("i/<str:token>/decline/", views.decline, name="decline"),
    path("c/<str:token>/", views.confirm, name="confirm"),
    path("t/<str:token>/", views.colleague, name="colleague"),
    path("r/<str:token>/", views.registration, name="registration"),
    path("r/<str:token>/calendar.ics", views.registration_ics, name="registration_ics"),
    path("r/<str:token>/series/", views.registration_series, name="registration_series"),
    path("j/<str:token>/", views.join, name="join"),
    path("q/<str:token>/", views.poll, name="poll"),
    path("q/<str:token>/done/", views.poll_done, name="poll_done"),
    path("sessions/<slug:slug>/partner/", views.partner, name="partner"),
    path("sessions/<slug:slug>.ics", views.public_ics, name="session_ics"),
    path("agenda.ics", views.agenda_ics, name="agenda_ics"),
    path("agenda.atom", views.agenda_atom, name="agenda_atom"),
    path("agenda.json", views.agenda_json, name="agenda_json"),
    path("series/<str:slug>/agenda.ics", views.agenda_ics, name="series_ics"),
    path("series/<str:slug>/agenda.atom", views.agenda_atom, name="series_atom"),
    path("series/<str:slug>/agenda.json", views.agenda_json, name="series_json"),
]

localised_urlpatterns: list[URLPattern] = [
    path("sessie/<slug:slug>/aanmelden/", views.sign_up, name="sign_up"),
    path("sessie/<slug:slug>/aanmelden/gelukt/", views.thanks, name="thanks"),
    path("traject/<slug:slug>/aanmelden/", views.series_sign_up, name="series"),
    path("traject/<slug:slug>/aanmelden/gelukt/", views.series_thanks, name="series_thanks"),
]
