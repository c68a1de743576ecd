"""The story of the demonstration, played without a screen: from the invitation to the new date.

It starts a house of its own, talks to it over HTTP as an organiser (the API) and as visitors (the
forms), and reads the mail that arrived over SMTP. Every number is held against the ledger and
against the inbox.
"""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from config.demo import sign_ups
from config.demo.browser import Api, Browser, one_click
from config.demo.house import House, running_house
from config.demo.mailings import CHANGE, INVITATION, NO_ANSWER, SEE_YOU, Draft
from config.demo.post import Post, has_calendar, header, link
from config.demo.sign_ups import Newcomer, SignUp
from config.demo.tally import Line, Tally

Say = Callable[[str], object]

#: The first session moves by a week, to another Thursday.
DAYS_LATER = 7
#: A form that comes back faster than this was not filled in by a person.
_FORM_SECONDS = 2.5

INVITED = 48
REGISTERED = 14


def play(say: Say) -> None:
    """Play the whole story. Raises StoryFailed when it cannot go on, or when a count is off."""
    began = time.monotonic()
    say("Starting the services in a temporary folder …")
    with running_house(say) as house:
        say(f"They run at {house.url} after {time.monotonic() - began:.0f} s.")
        story = Story(house, say)
        story.invite()
        story.answer()
        story.decide()
        story.remind_who_did_not_answer()
        story.move_the_date()
        story.remind_who_comes()
        story.tell_nobody_twice()
        tally = story.close()
    for line in tally.table():
        say(line)
    tally.raise_what_is_off()
    say(f"OK, in {time.monotonic() - began:.0f} s.")


class Story:
    """The parts of the story, in the order in which they happen."""

    def __init__(self, house: House, say: Say) -> None:
        self.house = house
        self.say = say
        self.api = Api(house.url, house.token())
        self.post = Post(house.inbox)
        self.tally = Tally()
        mailings = {each["title"]: each for each in self.api.every("/mailings")}
        self.ids = {title: each["id"] for title, each in mailings.items()}
        self.slug = mailings[INVITATION.title]["session"]

    # --- the parts --------------------------------------------------------------------------------

    def invite(self) -> None:
        """The organiser looks at the dry run and presses the button."""
        mailing = self.ids[INVITATION.title]
        self.tally.expect("the invitation as loaded", self._state(mailing), "checked")
        foreseen = self.api.call("POST", f"/mailings/{mailing}/dry-run")
        self.send(
            INVITATION,
            sent=INVITED,
            excluded={"already_registered": 2, "no_address": 5, "no_basis": 4, "suppressed": 3},
        )
        line = self.tally.lines[-1]
        self.tally.expect("recipients in the dry run", foreseen["recipients"], line.sent)
        self.tally.expect("excluded in the dry run", foreseen["excluded"], line.excluded)

    def answer(self) -> None:
        """People sign up, decline and unsubscribe by their own mail; others by the public page."""
        for person in sign_ups.BY_LINK:
            self._sign_up_by_link(person)
        self._cancel(sign_ups.CANCELS)
        self._decline(sign_ups.DECLINES)
        self._unsubscribe(sign_ups.UNSUBSCRIBES)
        for newcomer in (sign_ups.COLLEAGUE, sign_ups.SHARES_ADDRESS):
            self._sign_up_in_public(newcomer)
        self.say("People signed up, cancelled, declined and unsubscribed.")

    def decide(self) -> None:
        """The organiser approves two of the three who wait."""
        waiting = {each["email"]: each["id"] for each in self._registrations("pending")}
        approved = {sign_ups.APPROVED, sign_ups.SHARES_ADDRESS.email}
        self.tally.expect(
            "who waits for approval", set(waiting), approved | {sign_ups.LEFT_PENDING}
        )
        for email in sorted(approved & set(waiting)):
            self._mail(email, "registration")  # that it arrived; decided sooner, it is obsolete
            self.api.call("PATCH", f"/registrations/{waiting[email]}", {"state": "registered"})
        self._count_answers()
        self._wait_for_notices()
        self.say("An organiser approved two of the three who waited.")

    def remind_who_did_not_answer(self) -> None:
        """The reminder goes to those of whom nothing was heard."""
        signed_up = len(sign_ups.BY_LINK)  # one cancelled, and one more shares an address
        excluded = {"already_registered": signed_up, "declined": 2, "suppressed": 1}
        self.send(NO_ANSWER, sent=INVITED - sum(excluded.values()), excluded=excluded)
        heard_of = {person.email for person in sign_ups.BY_LINK}
        heard_of |= {sign_ups.DECLINES, sign_ups.UNSUBSCRIBES, sign_ups.SHARES_ADDRESS.email}
        reminded = {mail.recipient for mail in self.post.of(NO_ANSWER)}
        invited = {mail.recipient for mail in self.post.of(INVITATION)}
        self.tally.expect("who was reminded", reminded, invited - heard_of)

    def move_the_date(self) -> None:
        """The session moves a week: the planned reminder moves along, and an organiser tells it."""
        mailing = self.ids[SEE_YOU.title]
        self.api.call("POST", f"/mailings/{mailing}/plan")
        before = self._due_at(mailing)
        self.house.manage(
            "shell",
            "-c",
            "from config.demo.publishing import move_session; "
            f"move_session(slug={self.slug!r}, days={DAYS_LATER})",
        )
        wanted = before + timedelta(days=DAYS_LATER)
        self.house.wait_until(
            lambda: self._due_at(mailing) != before, seconds=30, what="the reminder to move along"
        )
        self.tally.expect("the moment of the reminder", self._due_at(mailing), wanted)
        self.ids[CHANGE.title] = self._write(CHANGE)
        self.send(CHANGE, sent=REGISTERED + 1, excluded={})
        self.say(f"The session moved by {DAYS_LATER} days, and its reminder with it.")

    def remind_who_comes(self) -> None:
        """“See you” goes to those who signed up, and to nobody else."""
        self.send(SEE_YOU, sent=REGISTERED, excluded={})
        comes = {each["email"] for each in self._registrations("registered")}
        reminded = {mail.recipient for mail in self.post.of(SEE_YOU)}
        self.tally.expect("who was told “see you”", reminded, comes)
        mails = self.post.of(SEE_YOU)
        dated = [mail for mail in mails if has_calendar(mail)]
        self.tally.expect("“see you” with a calendar file", len(dated), REGISTERED)
        subjects = {mail.subject for mail in self.post.of(CHANGE)}
        self.tally.expect("new dates, one in each language", len(subjects), 2)
        new = {subject.partition(": ")[2] for subject in subjects}
        told = {day for day in new for mail in mails if day in mail.subject}
        self.tally.expect("the date in “see you”", told, new)

    def tell_nobody_twice(self) -> None:
        """The same change, once more by mistake: everybody knows, so it cannot even start."""
        again = self._write(CHANGE)
        foreseen = self.api.call("POST", f"/mailings/{again}/dry-run")
        line = Line(
            title=f"{CHANGE.title} (again)",
            considered=foreseen["recipients"] + sum(foreseen["excluded"].values()),
            sent=foreseen["recipients"],
            excluded=foreseen["excluded"],
            arrived=len(self.post.of(CHANGE)) - self._sent(CHANGE),
        )
        self.tally.lines.append(line)
        self.tally.expect("the change, again", line.excluded, {"already_told": REGISTERED + 1})
        status = self.api.status("POST", f"/mailings/{again}/start")
        self.tally.expect("the answer to starting it again", status, _NOT_READY)

    def close(self) -> Tally:
        """Hold the whole inbox against the ledger; return the tally."""
        self.tally.expect("who got something twice", self.post.doubles(), [])
        mailed = sum(line.sent for line in self.tally.lines)
        arrived = len(self.post.mails())
        self.tally.expect("all mail, with the notices", arrived, mailed + _NOTICES)
        return self.tally

    # --- mailings ---------------------------------------------------------------------------------

    def send(self, draft: Draft, *, sent: int, excluded: dict[str, int]) -> None:
        """Start a mailing, wait until it is done, and count it in the ledger and in the inbox."""
        mailing = self.ids[draft.title]
        self.api.call("POST", f"/mailings/{mailing}/start")
        self.house.wait_until(
            lambda: self._state(mailing) == "done", seconds=90, what=f"“{draft.title}” to be sent"
        )
        counts = self.api.call("GET", f"/mailings/{mailing}")["counts"]
        rows = self.api.every(f"/mailings/{mailing}/deliveries")
        reasons = Counter(row["reason"] for row in rows if row["state"] == "excluded")
        mails = self.post.of(draft)
        line = Line(
            title=draft.title,
            considered=len(rows),
            sent=counts["sent"],
            excluded=dict(sorted(reasons.items())),
            arrived=len(mails),
        )
        self.tally.lines.append(line)
        what = f"“{draft.title}”"
        self.tally.expect(f"{what} sent", line.sent, sent)
        self.tally.expect(f"{what} excluded", line.excluded, excluded)
        self.tally.expect(f"{what} arrived", line.arrived, sent)
        self.tally.expect(f"{what} counts of the ledger", sum(counts.values()), len(rows))
        by_ledger = sorted(row["address"] for row in rows if row["state"] == "sent")
        by_inbox = sorted(mail.recipient for mail in mails)
        self.tally.expect(f"{what} in the inbox and in the ledger", by_inbox, by_ledger)
        self.say(f"“{draft.title}”: {line.sent} sent, {sum(reasons.values())} left out.")

    def _sent(self, draft: Draft) -> int:
        return sum(line.sent for line in self.tally.lines if line.title == draft.title)

    def _write(self, draft: Draft) -> int:
        """Write a mailing through the API, as another program would."""
        texts = draft.texts
        written = {
            "kind": draft.kind,
            "title": draft.title,
            "session": self.slug,
            "purpose": draft.purpose,
            "audience": draft.audience(self.slug),
            "subject": {language: text.subject for language, text in texts.items()},
            "preheader": {language: text.preheader for language, text in texts.items()},
            "body": {language: text.body for language, text in texts.items()},
            "calendar": draft.with_calendar,
        }
        return int(self.api.call("POST", "/mailings", written)["id"])

    def _state(self, mailing: int) -> str:
        return str(self.api.call("GET", f"/mailings/{mailing}")["state"])

    def _due_at(self, mailing: int) -> datetime:
        return datetime.fromisoformat(self.api.call("GET", f"/mailings/{mailing}")["due_at"])

    # --- visitors ---------------------------------------------------------------------------------

    def _mail(self, address: str, kind: str) -> Any:
        """Return the latest mail with such a link, as soon as it is there."""
        self.house.wait_until(
            lambda: self.post.to(address, having=kind) is not None,
            seconds=30,
            what=f"mail to {address} with a link to {kind}",
        )
        return self.post.to(address, having=kind)

    def _sign_up_by_link(self, person: SignUp) -> None:
        browser = Browser()
        page = browser.get(link(self._mail(person.email, "sign_up"), "sign_up"))
        form = page.form_with("need")
        asked = "works_on_theme" in form.names
        self.tally.expect(f"{person.email} is asked about the theme", asked, person.declares)
        tick = ("works_on_theme",) if asked else ()
        done = browser.submit(page, form, person.answers, tick=tick)
        self.tally.expect(f"{person.email} ends on their own page", "/r/" in done.url, True)

    def _cancel(self, address: str) -> None:
        browser = Browser()
        url = link(self._mail(address, "registration"), "registration")
        page = browser.get(f"{url}?cancel=1")
        browser.submit(page, page.form_with("act"))

    def _decline(self, address: str) -> None:
        browser = Browser()
        page = browser.get(link(self._mail(address, "decline"), "decline"))
        browser.submit(page, page.form_with("csrfmiddlewaretoken"))

    def _unsubscribe(self, address: str) -> None:
        mail = self._mail(address, "sign_up")
        self.tally.expect(
            "the header for one click",
            header(mail, "List-Unsubscribe-Post"),
            "List-Unsubscribe=One-Click",
        )
        status = one_click(header(mail, "List-Unsubscribe").strip("<> "))
        self.tally.expect("the answer to one click", status, 200)

    def _sign_up_in_public(self, person: Newcomer) -> None:
        browser = Browser()
        page = browser.get(f"{self.house.url}/nl/sessie/{self.slug}/aanmelden/")
        time.sleep(_FORM_SECONDS)
        values = {
            "email": person.email,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "organisation": person.organisation,
            **person.answers,
        }
        tick = ("works_on_theme",) if person.declares else ()
        browser.submit(page, page.form_with("family_name"), values, tick=tick)
        page = browser.get(link(self._mail(person.email, "confirm"), "confirm"))
        done = browser.submit(page, page.form_with("csrfmiddlewaretoken"))
        self.tally.expect(f"{person.email} ends on their own page", "/r/" in done.url, True)

    # --- counting ---------------------------------------------------------------------------------

    def _registrations(self, state: str) -> list[dict[str, Any]]:
        return self.api.every(f"/sessions/{self.slug}/registrations?state={state}")

    def _count_answers(self) -> None:
        rows = self.api.every(f"/sessions/{self.slug}/registrations")
        states = Counter(row["state"] for row in rows)
        self.tally.expect("registrations by state", dict(states), _STATES)
        given = {row["email"]: row["answers"] for row in rows}
        for person in (*sign_ups.BY_LINK, sign_ups.COLLEAGUE, sign_ups.SHARES_ADDRESS):
            self.tally.expect(f"answers of {person.email}", given.get(person.email), person.answers)
        self.tally.answers = {
            "signed up": states["registered"],
            "pending": states["pending"],
            "cancelled": states["cancelled"],
            "declined": 1,
            "unsubscribed": 1,
        }

    def _notices(self) -> int:
        """How many mails answered somebody's own act."""
        ours = (INVITATION, NO_ANSWER, CHANGE, SEE_YOU)
        of_mailings = {mail.name for draft in ours for mail in self.post.of(draft)}
        return len([mail for mail in self.post.mails() if mail.name not in of_mailings])

    def _wait_for_notices(self) -> None:
        self.house.wait_until(
            lambda: self._notices() >= _NOTICES,
            seconds=60,
            what=f"{_NOTICES} notices in answer to what people did",
        )
        self.tally.expect("notices", self._notices(), _NOTICES)


#: Two were signed up by phone; ten members, a colleague and two whom an organiser approved.
_STATES = {"registered": REGISTERED, "pending": 1, "cancelled": 1}
#: Signed up: 2 by phone, 10 by link, 1 colleague. To confirm: 2. Pending: 3. Approved: 2.
#: Cancelled: 1.
_NOTICES = 21
#: What the API answers to a mailing that nobody would get.
_NOT_READY = 422
