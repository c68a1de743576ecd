"""Every address of the house, and Wagtail's own API v2."""

from django.urls import path
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet

from config.urls import urlpatterns as urls_of_the_house

_router = WagtailAPIRouter("wagtail_api")
_router.register_endpoint("pages", PagesAPIViewSet)

urlpatterns = [path("wagtail-api/", _router.urls), *urls_of_the_house]
