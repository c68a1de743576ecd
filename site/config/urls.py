"""Every address of the house. Personal links are short and outside the language prefix."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from campaigns import urls as campaigns_urls
from config.api import api
from config.views import healthz, readyz
from contacts import urls as contacts_urls
from content import urls as content_urls
from content.views import serve_page
from participation import urls as participation_urls
from worker import urls as worker_urls

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/", api.urls),
    path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
    path("", include((contacts_urls.urlpatterns, "contacts"))),
    path("", include((content_urls.urlpatterns, "content"))),
    path("", include((participation_urls.urlpatterns, "participation"))),
    path("", include((campaigns_urls.urlpatterns, "campaigns"))),
]
if settings.SHOW_INBOX:
    urlpatterns += [path("inbox/", include((worker_urls.urlpatterns, "worker")))]

urlpatterns += i18n_patterns(
    path("", include((participation_urls.localised_urlpatterns, "sign_up"))),
    path("", include((campaigns_urls.localised_urlpatterns, "archive"))),
    # Before Wagtail's own, which makes the addresses; what begins with _util/ is no page.
    re_path(r"^((?!_util/)(?:[\w\-]+/)*)$", serve_page, name="page"),
    path("", include(wagtail_urls)),
)
