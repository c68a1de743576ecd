"""What copying a plan would make: which mailings, for which session, and when they would go out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns import audience
from campaigns.audience import conditions as c
from campaigns.errors import AudienceInvalid
from campaigns.models import Mailing
from campaigns.selectors.timeline import mailings_of_series, mailings_of_session, sessions_of_series
from campaigns.timeline.lines import end_of_period
from campaigns.timeline.moments import Known, Moment, moments_of, plan_of
from content.models import SeriesPage, Session

#: What a plan belongs to.
Whole = Session | SeriesPage


@dataclass(frozen=True, slots=True)
class Copy:
    """One mailing of the plan as it would be at the target, not saved.

    `made` is None where the series has no session to copy it to. `there` is what was copied
    before: the same title and kind. `others` are sessions, and mailings, that the audience names
    and that stay as they are.
    """

    source: Mailing
    made: Mailing | None
    moment: Moment
    there: Mailing | None
    others: tuple[str, ...]
    needs_date: bool
    is_relative: bool

    @property
    def is_chosen(self) -> bool:
        """Whether it is ticked at first: what counts from the session, and was not copied yet."""
        return self.made is not None and self.there is None and self.is_relative


def copies_of(source: Whole, target: Whole) -> list[Copy]:
    """Return what a copy of the plan of `source` would hold, in the order in which it was made.

    Sessions of a series are paired by their dates: the first with the first. A fixed number of
    queries.
    """
    pairs = _pairs(source, target)
    rows = _of(source).select_related("session", "series").defer("frozen")
    rows = rows.filter(repeats=None)
    known = {(row.title, row.kind, row.session_id): row for row in _of(target).defer("frozen")}
    found = [(row, copy_of(row, pairs, target)) for row in rows.order_by("created_at", "pk")]
    # Numbers of their own until they are saved, so that each has its moment.
    for number, (_row, made) in enumerate(found, 1):
        if made:
            made.pk = -number
    moments = moments_of([made for _row, made in found if made], Known())
    copied = {row.pk for row, made in found if made}
    return [
        Copy(
            source=row,
            made=made,
            moment=moments[made.pk] if made else Moment(),
            there=known.get((made.title, made.kind, made.session_id)) if made else None,
            others=_others(row, pairs, copied),
            needs_date=_is_at(row),
            is_relative=_is_relative(row),
        )
        for row, made in found
    ]


def _of(whole: Whole) -> Any:
    if isinstance(whole, Session):
        return mailings_of_session(whole)
    return mailings_of_series(whole)


def _pairs(source: Whole, target: Whole) -> dict[str, Session]:
    """Return by the slug of each session of the source the one that takes its place."""
    if isinstance(source, Session) and isinstance(target, Session):
        return {source.slug: target}
    if isinstance(source, SeriesPage) and isinstance(target, SeriesPage):
        ours, theirs = (_by_date(each) for each in (source, target))
        return {session.slug: other for session, other in zip(ours, theirs, strict=False)}
    return {}


def _by_date(series: SeriesPage) -> list[Session]:
    def key(session: Session) -> tuple[bool, float, int]:
        place = session.starts_at or end_of_period(session)
        return place is None, place.timestamp() if place else 0, session.pk

    return sorted(sessions_of_series(series), key=key)


def copy_of(source: Mailing, pairs: Mapping[str, Session], target: Whole) -> Mailing | None:
    """Return the draft that would be made, not saved; None when its session has no counterpart.

    The text stays as it is; in the audience the new session takes the place of the old.
    """
    session = None
    if source.session is not None:
        session = pairs.get(source.session.slug)
        if session is None:
            return None
    made = Mailing(
        session=session,
        series=target if source.series_id and isinstance(target, SeriesPage) else None,
        audience=repointed(source.audience, {slug: each.slug for slug, each in pairs.items()}),
        **{name: getattr(source, name) for name in _KEPT},
    )
    if source.series_id and isinstance(target, Session):
        made.series = target.series
    return made


#: What a copy takes over. The plan too: one at a moment gets a new one from whoever copies it.
_KEPT = (
    *("title", "kind", "purpose", "topic", "per", "plan"),
    *("subject_nl", "subject_en", "preheader_nl", "preheader_en", "body_nl", "body_en"),
    *("sender_name", "reply_to", "with_calendar", "attachments"),
    *("in_their_zone", "stops_for_colleague", "waits_for", "in_archive"),
)


def repointed(
    data: Any, sessions: Mapping[str, str], mailings: Mapping[int, int] | None = None
) -> Any:
    """Return the JSON of an audience with other sessions (slugs) and mailings (ids) in it."""
    if isinstance(data, list):
        return [repointed(part, sessions, mailings) for part in data]
    if not isinstance(data, dict):
        return data
    found = {name: repointed(value, sessions, mailings) for name, value in data.items()}
    if isinstance(slug := data.get("session"), str):
        found["session"] = sessions.get(slug, slug)
    if isinstance(number := data.get("mailing"), int):
        found["mailing"] = (mailings or {}).get(number, number)
    return found


def _others(
    source: Mailing, pairs: Mapping[str, Session], copied: Iterable[int]
) -> tuple[str, ...]:
    """Return what the audience names and the copy does not bring along."""
    try:
        condition = audience.parse(source.audience)
    except AudienceInvalid:
        return ()
    known = set(copied)
    found = []
    for leaf, _positive in c.leaves(condition):
        slug = getattr(leaf, "session", "")
        if slug and slug not in pairs:
            found.append(slug)
        if isinstance(leaf, c.Received) and leaf.mailing not in known:
            found.append(f"#{leaf.mailing}")
    return tuple(dict.fromkeys(found))


def _is_at(source: Mailing) -> bool:
    plan = plan_of(source)
    return plan is not None and plan.at is not None


def _is_relative(source: Mailing) -> bool:
    plan = plan_of(source)
    return plan is not None and plan.anchor is not None


def with_moment(made: Mailing, at: datetime) -> Mailing:
    """Give a copy a moment of its own."""
    made.plan = {**{key: value for key, value in made.plan.items() if key in _KEPT_OF_PLAN}}
    made.plan["at"] = at.isoformat()
    return made


#: Of a plan, what says how late it may be and how often it is repeated.
_KEPT_OF_PLAN = ("late", "repeat")
