"""Judging an audience for an invented kind of person, without a database."""

import pytest

from campaigns import audience
from campaigns.models import Mailing
from campaigns.timeline.profiles import Answer, Profile, facts_of, judge, verdict

MEMBER, NON_MEMBER, REGISTERED, DECLINED, PRESENT = Profile


def facts(profile):
    return facts_of(profile, sessions={"s1", "s2"}, themes={"migratie"})


def registration(*states, session="s1"):
    return {"registration": {"session": session, "states": list(states)}}


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        ({"everyone": True}, (True, True, True, True, True)),
        ({"member": True}, (True, False, None, None, None)),
        ({"member": False}, (False, True, None, None, None)),
        ({"theme": "migratie"}, (None, True, None, None, None)),
        ({"theme": "water"}, (None, None, None, None, None)),
        ({"any": [{"member": True}, {"theme": "migratie"}]}, (True, True, None, None, None)),
        (registration("none"), (True, True, False, False, False)),
        (registration("registered"), (False, False, True, False, True)),
        (registration("declined", session="s2"), (False, False, False, True, False)),
        (registration("none", session="elders"), (None, None, None, None, None)),
        ({"not": registration("registered", "declined")}, (True, True, False, False, False)),
        ({"invited": {"session": "s1"}}, (True, True, None, True, None)),
        (
            {"attendance": {"session": "s1", "values": ["present"]}},
            (False, False, None, False, True),
        ),
        (
            {"attendance": {"session": "s1", "values": ["no_show"]}},
            (False, False, None, False, False),
        ),
        ({"language": "en"}, (None, None, None, None, None)),
        ({"all": [{"language": "en"}, registration("none")]}, (None, None, False, False, False)),
    ],
)
def test_condition_holds_or_not_or_is_left_open(data, answers):
    condition = audience.parse(data)
    assert tuple(judge(condition, facts(profile)) for profile in Profile) == answers


def _verdict(profile, data, **values):
    mailing = Mailing(audience=data, **{"kind": "invitation", "purpose": "invitations"} | values)
    found = verdict(mailing, facts(profile))
    return found.answer, found.why


def test_verdict_says_why_not():
    nobody = registration("none")
    assert _verdict(MEMBER, nobody) == (Answer.YES, "")
    assert _verdict(REGISTERED, nobody) == (Answer.NO, "is al aangemeld")
    assert _verdict(DECLINED, nobody) == (Answer.NO, "kan niet komen")
    assert _verdict(MEMBER, registration("registered")) == (
        Answer.NO,
        "niet aangemeld voor de bijeenkomst",
    )
    assert _verdict(NON_MEMBER, {"member": True}) == (Answer.NO, "valt buiten de doelgroep")


def test_verdict_says_what_it_depends_on():
    either = {"any": [{"language": "en"}, {"tag": "pers"}]}
    assert _verdict(MEMBER, either) == (Answer.DEPENDS, "hangt af van: de taal, een label")
    per_organisation = _verdict(MEMBER, {"member": True}, per="organisation")
    assert per_organisation == (Answer.DEPENDS, "hangt af van: welke collega hem krijgt")


def test_mail_to_participants_comes_to_those_alone():
    participants = {"kind": "reminder", "purpose": "participation"}
    everyone = {"everyone": True}
    assert _verdict(REGISTERED, everyone, **participants) == (Answer.YES, "")
    assert _verdict(MEMBER, everyone, **participants) == (
        Answer.NO,
        "niet aangemeld voor de bijeenkomst",
    )
    change = participants | {"kind": "change"}
    assert _verdict(MEMBER, everyone, **change) == (
        Answer.DEPENDS,
        "hangt af van: of diegene op de hoogte wil blijven",
    )


def test_audience_that_cannot_be_read_depends():
    answer, why = _verdict(MEMBER, {"maan": True})
    assert answer == Answer.DEPENDS
    assert "maan" in why
