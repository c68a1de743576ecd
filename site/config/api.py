"""One OpenAPI document, assembled from the routers of every room."""

from ninja import NinjaAPI

from base import problems
from campaigns.api import router as campaigns
from contacts.api import router as contacts
from participation.api import router as participation

api = NinjaAPI(
    title="Bijeen",
    version="1",
    description="Sessions, sign-up, contacts and mailings from one contact base.",
    urls_namespace="api",
)
problems.install(api)
api.add_router("", contacts)
api.add_router("", participation)
api.add_router("", campaigns)
