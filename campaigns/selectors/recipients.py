"""Who gets a mailing, who does not and why: in numbers, as a list, and for one person."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from base.among import Among, among
from campaigns.bodies import only_for_parts
from campaigns.compiling import version_for, written_languages
from campaigns.enums import Exclusion, Whom
from campaigns.models import Delivery, Mailing
from campaigns.selectors.restraint import reason_in_words
from campaigns.selectors.rules import considered, everybody
from campaigns.selectors.terms import Terms, terms_of
from campaigns.selectors.traits import columns, database_traits, scope_of, with_traits
from contacts.enums import MailState
from contacts.models import Contact

#: The columns of the query over everybody considered, in this order.
COLUMNS = (
    "id",
    "reason",
    "language",
    "address_key",
    "chosen_representation",
    "chosen_organisation",
    "basis",
)

_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class PartCount:
    """How many of the readers of one version get one of its parts; `place` is that of the block."""

    language: str
    place: int
    whom: tuple[Whom, ...]
    shown: int
    of: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would happen if the mailing started now; `excluded` counts by reason.

    `languages` counts what people read, `versions` in which language the mail reaches them, and
    `fallback` those of each language that is not written.
    """

    recipients: int
    organisations: int
    languages: dict[str, int] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    fallback: dict[str, int] = field(default_factory=dict)
    parts: list[PartCount] = field(default_factory=list)
    excluded: dict[str, int] = field(default_factory=dict)
    sample: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why, or why not, one person gets a mailing; `state` is that of the ledger row, if any.

    `words` say the reason, with its date where it has one.
    """

    gets_it: bool
    reason: str = ""
    words: str = ""
    state: str = ""


def rows_sql(terms: Terms) -> tuple[str, list[Any]]:
    """Return SQL (with its parameters) that gives COLUMNS for everybody considered.

    The columns are called id, reason, language, address_key, chosen_representation,
    chosen_organisation and basis.
    """
    return _sql(considered(terms), *COLUMNS)


def _sql(contacts: QuerySet[Contact], *columns: str) -> tuple[str, list[Any]]:
    rows = contacts.values_list(*columns)
    sql, params = rows.query.get_compiler(rows.db).as_sql()
    return sql, list(params)


def _ask(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connections[Contact.objects.db].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def dry_run(mailing: Mailing, now: datetime) -> DryRun:
    """Count who would get it and who would not, and why. Raises AudienceInvalid.

    `sample` holds the ids of the first twenty recipients. A fixed number of queries.
    """
    terms = terms_of(mailing, now)
    sql, params = rows_sql(terms)
    grouped = _ask(
        f"SELECT reason, language, COUNT(*) FROM ({sql}) AS considered"  # noqa: S608 -- composed by the compiler
        " GROUP BY reason, language ORDER BY reason, language",
        params,
    )
    languages = {language: number for reason, language, number in grouped if not reason}
    excluded: dict[str, int] = {}
    for reason, _language, number in grouped:
        if reason:
            excluded[reason] = excluded.get(reason, 0) + number
    listed = list_considered(terms, reason="", limit=_SAMPLE)
    written = written_languages(mailing)
    return DryRun(
        recipients=sum(languages.values()),
        organisations=_organisations(sql, params),
        languages=languages,
        versions=_versions(languages, written),
        fallback={code: number for code, number in languages.items() if code not in written},
        parts=_parts(mailing, terms, written),
        excluded=excluded,
        sample=[contact_id for contact_id, _reason in listed],
    )


def _versions(languages: dict[str, int], written: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for language, number in languages.items() if written else ():
        version = version_for(language, written)
        found[version] = found.get(version, 0) + number
    return found


def _parts(mailing: Mailing, terms: Terms, written: list[str]) -> list[PartCount]:
    """Count who gets the parts that are for some people only: one statement for all of them."""
    bodies = {code: only_for_parts(getattr(mailing, f"body_{code}")) for code in written}
    asked = {whom for found in bodies.values() for _place, each in found for whom in each}
    if not asked:
        return []
    names = database_traits(asked)
    people = with_traits(considered(terms), names, scope_of(mailing, terms.day))
    sql, params = _sql(people, "reason", "language", *columns(names))
    by = ", ".join(("language", *columns(names)))
    groups = _ask(
        f"SELECT COUNT(*), {by} FROM ({sql}) AS considered WHERE reason = '' GROUP BY {by}",  # noqa: S608 -- composed by the compiler
        params,
    )
    counts: dict[tuple[str, int], list[int]] = {}
    for number, language, *holds in groups:
        version = version_for(language, written)
        true = {name for name, holding in zip(names, holds, strict=True) if holding}
        if language != version:
            true.add(Whom.OTHER_LANGUAGE)
        for place, whom in bodies[version]:
            count = counts.setdefault((version, place), [0, 0])
            count[0] += number if true.intersection(whom) else 0
            count[1] += number
    return [
        PartCount(code, place, whom, *counts.get((code, place), (0, 0)))
        for code, found in bodies.items()
        for place, whom in found
    ]


def _organisations(sql: str, params: list[Any]) -> int:
    ((number,),) = _ask(
        f"SELECT COUNT(DISTINCT chosen_organisation) FROM ({sql}) AS considered WHERE reason = ''",  # noqa: S608 -- composed by the compiler
        params,
    )
    return int(number)


def count_recipients(terms: Terms) -> int:
    """Return how many would get it, in one query."""
    sql, params = rows_sql(terms)
    ((number,),) = _ask(
        f"SELECT COUNT(*) FROM ({sql}) AS considered WHERE reason = ''",  # noqa: S608 -- composed by the compiler
        params,
    )
    return int(number)


def list_considered(
    terms: Terms,
    *,
    reason: str | None = None,
    is_excluded: bool = False,
    limit: int,
    offset: int = 0,
) -> list[tuple[int, str]]:
    """Return (contact id, reason) by id: of everybody, of the recipients (""), or of one reason.

    With `is_excluded` of all who are excluded, whatever the reason.
    """
    sql, params = rows_sql(terms)
    where = "" if reason is None else "WHERE reason = %s"
    if is_excluded:
        where, reason = "WHERE reason <> ''", None
    return _ask(
        f"SELECT id, reason FROM ({sql}) AS considered {where} ORDER BY id LIMIT %s OFFSET %s",  # noqa: S608 -- composed by the compiler
        [*params, *([] if reason is None else [reason]), limit, offset],
    )


def explain(mailing: Mailing, contact: Contact, now: datetime) -> Explanation:
    """Say whether one contact gets the mailing, or got it, and why not.

    The ledger answers for those in it; for anybody else the (frozen) audience is asked.
    """
    terms = terms_of(mailing, now)
    row = Delivery.objects.filter(mailing=mailing, contact=contact).first()
    if row is not None:
        return Explanation(
            gets_it=row.state not in (MailState.EXCLUDED, MailState.EXPIRED),
            reason=row.reason,
            words=reason_in_words(row.reason, contact, terms),
            state=row.state,
        )
    sql, params = rows_sql(terms)
    found = _ask(
        f"SELECT reason FROM ({sql}) AS considered WHERE id = %s",  # noqa: S608 -- composed by the compiler
        [*params, contact.pk],
    )
    if not found:
        reasons = everybody(terms).filter(pk=contact.pk).values_list("reason", flat=True)
        found = [(reason or Exclusion.NOT_IN_AUDIENCE,) for reason in reasons]
    reason = found[0][0] if found else str(Exclusion.NOT_IN_AUDIENCE)
    words = reason_in_words(reason, contact, terms)
    return Explanation(gets_it=not reason, reason=reason, words=words)


def row_for(mailing: Mailing, contact: Contact, now: datetime) -> Delivery:
    """Return the ledger row of a contact, or one as it would be written if it started now.

    Somebody outside the audience gets one as well, with an empty basis. Raises AudienceInvalid.
    """
    rows = Delivery.objects.select_related("contact", "organisation")
    if mailing.pk and (row := rows.filter(mailing=mailing, contact=contact).first()):
        return row
    people = everybody(terms_of(mailing, now)).filter(pk=contact.pk)
    found = people.values_list("chosen_organisation", "basis").first()
    organisation, basis = found or (None, "")
    return Delivery(
        pk=0,
        mailing=mailing,
        contact=contact,
        address_key=contact.address_key,
        language=contact.language,
        organisation_id=organisation,
        basis=basis,
    )


def exclusions_now(*, delivery_ids: Iterable[int], now: datetime) -> dict[int, Exclusion]:
    """Return, by delivery, why it must not be sent after all: the look just before the wire.

    Asks again what the contact base and the person's own answers say (unsubscribed, signed up or
    cancelled since, session begun or cancelled). A fixed number of queries per mailing.
    """
    # Whose they are is not taken from the claim: a merge may have given one away since.
    rows = Delivery.objects.filter(Among("pk", delivery_ids))
    by_mailing: dict[int, dict[int, int]] = {}
    for mailing_id, contact_id, delivery_id in rows.values_list("mailing_id", "contact_id", "pk"):
        by_mailing.setdefault(mailing_id, {})[contact_id] = delivery_id
    found: dict[int, Exclusion] = {}
    mailings = Mailing.objects.filter(pk__in=by_mailing).select_related("session")
    for mailing in mailings.defer("body_nl", "body_en"):
        by_contact = by_mailing[mailing.pk]
        sql, params = _question(terms_of(mailing, now).again())
        theirs, ids = among("id", by_contact, connections[Contact.objects.db].vendor)
        reasons = _ask(
            f"SELECT id, reason FROM ({sql}) AS considered WHERE {theirs} AND reason <> ''",  # noqa: S608 -- composed by the compiler
            [*params, *ids],
        )
        for contact_id, reason in reasons:
            found[by_contact[contact_id]] = Exclusion(reason)
    return found


#: As many mailings as may run at once before a question is forgotten.
_QUESTIONS = 20
#: The last questions by mailing, with the terms that they are about.
_questions: dict[int | None, tuple[Terms, str, list[Any]]] = {}


def _question(terms: Terms) -> tuple[str, list[Any]]:
    """Return SQL that gives id and reason of everybody; made anew only when the terms change.

    Putting it into words takes Django thirty times as long as it takes the database to answer it
    for 500 people.
    """
    known = _questions.get(terms.mailing_id)
    if known is not None and known[0] == terms:
        return known[1], known[2]
    sql, params = _sql(everybody(terms), "id", "reason")
    if len(_questions) > _QUESTIONS:
        _questions.clear()
    _questions[terms.mailing_id] = (terms, sql, params)
    return sql, params
