"""Suppressions, as the HTTP API takes and gives them. Addresses come in, and never go out."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from base.schemas import StrictSchema
from contacts.enums import Purpose, Source, SuppressionReason, SuppressionScope
from contacts.schemas.fields import Text60, Text254

#: What somebody may say for another. The rest only the person or a mail system says.
Reason = Literal["manual", "objection", "complaint"]


class SuppressionIn(StrictSchema):
    """Scope `purpose` names the purpose, and of a subgroup or a coalition its slug as the topic."""

    address: Text254
    scope: SuppressionScope
    purpose: Purpose | None = None
    topic: Text60 = ""
    reason: Reason


class SuppressionFilters(StrictSchema):
    address: str = ""
    scope: SuppressionScope | None = None
    purpose: Purpose | None = None
    topic: str = ""
    reason: SuppressionReason | None = None
    source: Source | None = None


class SuppressionOut(Schema):
    id: int
    scope: str
    purpose: str
    topic: str
    reason: str
    source: str
    created_at: datetime


class SuppressionPage(Schema):
    items: list[SuppressionOut]
    next: str | None
    count: int
