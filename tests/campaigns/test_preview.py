"""Looking at a mail before it is sent: in the editor's panel, and as one contact gets it."""

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from campaigns.message import preview_for
from campaigns.models import Delivery
from campaigns.rendering import preview_page
from campaigns.services.groups import ensure_groups
from campaigns.viewsets import viewset
from contacts.models import Notice
from tests.campaigns.people import make_delegate, register
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import make_document

pytestmark = pytest.mark.django_db

EVERY_LINK = (
    "<p>{{ contact.salutation }}</p>"
    '<p><a href="{{ link.sign_up }}">Ik doe mee</a> <a href="{{ link.decline }}">Ik kan niet</a>'
    ' <a href="{{ link.registration }}">Aanmelding</a> <a href="{{ link.join }}">Zaal</a>'
    ' <a href="{{ link.questions }}">Vraag</a> <a href="{{ link.preferences }}">Keuzes</a>'
    ' <a href="https://example.org/programma">Programma</a></p>'
)


@pytest.fixture
def organiser(client):
    ensure_groups()
    user = User.objects.create_user("Organisator", "organisator@example.org")
    user.groups.add(Group.objects.get(name="Organisator"))
    client.force_login(user)
    return client


def _url(name, *args):
    return reverse(viewset.get_url_name(name), args=args)


def _mailing(**values):
    body = [{"type": "text", "value": EVERY_LINK}]
    given = {
        "session": make_far_session(contact_email="vragen@example.org", contact_person="Noor"),
        "body_nl": body,
        "body_en": body,
    }
    return make_mailing(**given | values)


# --- the panel of the editor -----------------------------------------------------------------


def test_panel_has_mail_dark_and_text_in_both_languages_and_two_widths():
    mailing = make_mailing()

    modes = [mode for mode, _label in mailing.preview_modes]
    assert sorted(modes) == ["dark-en", "dark-nl", "html-en", "html-nl", "text-en", "text-nl"]
    assert [size["device_width"] for size in mailing.preview_sizes] == [375, 680]
    assert mailing.default_preview_mode == "html-nl"
    assert make_mailing(subject_nl="").default_preview_mode == "html-en"


def test_dark_preview_is_dark_on_any_screen_and_the_light_one_never():
    mailing = make_mailing()

    light, dark = preview_page(mailing, "html-nl"), preview_page(mailing, "dark-nl")

    assert ("@media all {" in light, "@media all {" in dark) == (False, True)
    assert "prefers-color-scheme: dark" not in light + dark


def test_language_that_is_not_written_says_so_in_the_preview():
    page = preview_page(make_mailing(subject_en=""), "html-en")
    assert "nog geen onderwerp en tekst in deze taal" in page


# --- as this contact ---------------------------------------------------------------------------


def test_preview_as_a_contact_has_their_words_and_the_head_of_the_mail(organiser):
    yara = make_delegate(given_name="Yara", family_name="Berg")
    mailing = _mailing(preheader_nl="Jouw verhaal telt.")

    page = organiser.get(_url("preview_as", mailing.pk), {"contact": yara.pk})

    assert page.context["header"]["To"] == f"Yara Berg <{yara.address_key}>"
    assert page.context["header"]["Reply-To"] == "Noor <vragen@example.org>"
    assert page.context["header"]["Subject"] == "Denk je mee?"
    assert page.context["inbox"]["preheader"] == "Jouw verhaal telt."
    assert page.context["answer"].gets_it is True
    frame = organiser.get(_url("preview_frame", mailing.pk), {"contact": yara.pk})
    assert "Yara" in frame.content.decode()


def test_preview_says_why_somebody_would_not_get_it(organiser):
    stranger = make_contact(given_name="Xander")
    mailing = _mailing()

    page = organiser.get(_url("preview_as", mailing.pk), {"contact": stranger.pk}).content.decode()

    assert "Deze persoon krijgt de mail niet" in page


@pytest.mark.parametrize("is_signed_up", [False, True])
@pytest.mark.parametrize("shape", ["html", "dark", "phone", "text"])
def test_preview_has_no_link_that_acts_for_the_person(organiser, shape, is_signed_up):
    yara = make_delegate(given_name="Yara")
    mailing = _mailing()
    if is_signed_up:
        register(mailing.session, yara)

    asked = {"contact": yara.pk, "shape": shape}
    response = organiser.get(_url("preview_frame", mailing.pk), asked)
    page = response.content.decode()

    assert not re.findall(r'href="(?!#)', page)
    # A token is long and without spaces; none of any kind is left, the foot's neither.
    assert not re.findall(
        r"[A-Za-z0-9_-]{30,}", re.sub(r"<style.*?</style>|class=\"[^\"]*\"", "", page, flags=re.S)
    )
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert (Notice.objects.count(), Delivery.objects.count()) == (0, 0)


def test_preview_tells_nothing_of_links_in_its_text_and_head():
    yara = make_delegate(given_name="Yara")
    mailing = _mailing()
    register(mailing.session, yara)

    found = preview_for(mailing, yara, now=NOW)

    assert found is not None
    addresses = re.findall(r"https?://\S+", found.mail.html + found.mail.text)
    hosts = {address.split("/")[2].strip("\"'<>,") for address in addresses}
    paths = [address for address in addresses if re.search(r"/[A-Za-z0-9_-]{20,}/", address)]
    assert paths == [], hosts
    assert "#persoonlijke-link" in found.mail.text


def test_preview_shows_the_parts_that_are_for_the_person(organiser):
    yara, xander = make_delegate(given_name="Yara"), make_contact(given_name="Xander")
    body = [
        {
            "type": "only_for",
            "value": {
                "whom": ["member"],
                "content": [{"type": "text", "value": "<p>Alleen voor leden</p>"}],
            },
        },
        {"type": "text", "value": "<p>Voor iedereen</p>"},
    ]
    mailing = make_mailing(body_nl=body, session=make_far_session())

    def shown(person):
        page = organiser.get(_url("preview_frame", mailing.pk), {"contact": person.pk})
        text = page.content.decode()
        return "Alleen voor leden" in text, "Voor iedereen" in text

    assert (shown(yara), shown(xander)) == ((True, True), (False, True))


def test_preview_in_another_language_and_of_one_without_a_text(organiser):
    yara = make_delegate(given_name="Yara", language="nl")
    mailing = make_mailing()

    asked = {"contact": yara.pk, "language": "en"}
    assert (
        "Will you join us?"
        in organiser.get(_url("preview_frame", mailing.pk), asked).content.decode()
    )
    empty = make_mailing(subject_nl="", subject_en="")
    page = organiser.get(_url("preview_as", empty.pk), {"contact": yara.pk})
    assert page.context["problem"] == "Er is nog geen onderwerp en tekst."


def test_calendar_file_and_attachments_are_offered_as_they_would_be_sent(organiser):
    yara, xander = make_delegate(given_name="Yara"), make_delegate(given_name="Xander")
    document = make_document("programma.pdf", b"%PDF", title="Programma")
    mailing = _mailing(with_calendar=True, attachments=[{"type": "document", "value": document.pk}])
    register(mailing.session, yara)

    page = organiser.get(_url("preview_as", mailing.pk), {"contact": yara.pk}).content.decode()
    file = organiser.get(_url("preview_calendar", mailing.pk), {"contact": yara.pk})

    assert "Programma.pdf" in page
    assert _url("preview_calendar", mailing.pk) in page
    assert b"METHOD:REQUEST" in file.content
    assert file["Content-Disposition"] == 'attachment; filename="bijeen.ics"'
    without = organiser.get(_url("preview_calendar", mailing.pk), {"contact": xander.pk})
    assert without.status_code == 404


def test_a_started_mailing_is_shown_as_it_went(organiser):
    yara = make_delegate(given_name="Yara")
    mailing = _mailing(state="sending")
    make_delivery(mailing=mailing, contact=yara, state="sent")
    mailing.subject_nl = "Anders"
    mailing.save()

    page = organiser.get(_url("preview_as", mailing.pk), {"contact": yara.pk})

    assert page.context["inbox"]["subject"] == "Denk je mee?"


def test_people_are_found_by_name_and_a_wrong_number_is_answered_kindly(organiser):
    yara = make_delegate(given_name="Yara", family_name="Berg")
    make_delegate(given_name="Xander", family_name="Dal")
    mailing = _mailing()
    url = _url("preview_as", mailing.pk)

    found = organiser.get(url, {"q": "berg"}).context["found"]
    assert [each.pk for each in found] == [yara.pk]
    for wrong in ("0", "-1", "x", "9" * 30, "³", ""):
        assert organiser.get(url, {"contact": wrong}).status_code == 200
        assert (
            organiser.get(_url("preview_frame", mailing.pk), {"contact": wrong}).status_code == 404
        )


def test_an_erased_person_cannot_be_looked_at(organiser):
    gone = make_contact(given_name="Yara", erased_at=NOW)
    page = organiser.get(_url("preview_as", _mailing().pk), {"contact": gone.pk})
    assert page.context["is_gone"] is True


def test_who_may_not_see_contacts_may_not_look_as_one(organiser):
    yara = make_delegate(given_name="Yara")
    mailing = _mailing()
    group = Group.objects.get(name="Organisator")
    group.permissions.remove(Permission.objects.get(codename="view_contact"))

    for name in ("preview_as", "preview_frame", "preview_calendar"):
        response = organiser.get(_url(name, mailing.pk), {"contact": yara.pk})
        assert response.status_code in (302, 403)
    overview = organiser.get(_url("overview", mailing.pk)).content.decode()
    assert _url("preview_as", mailing.pk) not in overview
