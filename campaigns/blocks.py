"""The blocks of a mail's body. Each says itself twice: as MJML and as plain text.

MJML is XML: text is escaped, and only tags that we write ourselves occur in it, because mrml lets
unknown ones pass in silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock as WagtailImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from campaigns.enums import Whom
from campaigns.errors import FieldInvalid
from campaigns.fields import Slot, read_fields
from campaigns.parts import END, Part, PartKind
from campaigns.pictures import mail_rendition
from campaigns.richtext import FEATURES, absolute, mail_html, plain
from campaigns.segments import Markers
from campaigns.wording import Words
from content.models import Session
from content.selectors import agreed_answers

#: How wide the text of a mail is, and that of one of two columns.
_WIDTH, _COLUMN_WIDTH = 552, 252
_POLL = ("poll.question", "poll.closes", "link.poll")
_CARD = 'css-class="card" padding="16px 24px" container-background-color="#f4f1ea"'


@dataclass(frozen=True, slots=True)
class BlockContext:
    """What a block needs to say itself: the language's words, the markers, the accent colour.

    `own` is True for our own templates, which may use more fields than an author.
    """

    language: str
    words: Words
    markers: Markers
    accent: str
    own: bool = False
    width: int = _WIDTH

    def mark(self, text: str) -> str:
        return self.markers.mark(text, own=self.own)

    def field(self, name: str, session: int | None = None) -> str:
        return self.markers.put(Slot(name, number=session))

    def part(self, part: Part, said: str) -> str:
        """Return what a block says, between the markers of a part."""
        return f"{self.markers.put(part)}{said}{self.markers.put(END)}"

    def mjml_part(self, part: Part, mjml: str) -> str:
        """Return whole elements of MJML between the markers of a part."""
        begin, end = self.markers.put(part), self.markers.put(END)
        return f"<mj-raw>{begin}</mj-raw>{mjml}<mj-raw>{end}</mj-raw>"


def _check_fields(text: str) -> None:
    try:
        read_fields(text)
    except FieldInvalid as error:
        raise ValidationError(error.problems) from error


class FieldCharBlock(blocks.CharBlock):
    """A line in which merge fields may stand."""

    def clean(self, value: str) -> str:
        value = super().clean(value)
        _check_fields(value)
        return value


class FieldTextBlock(blocks.TextBlock):
    """Some lines in which merge fields may stand."""

    def clean(self, value: str) -> str:
        value = super().clean(value)
        _check_fields(value)
        return value


class TextBlock(blocks.RichTextBlock):
    """Paragraphs, headings, lists and links."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(features=FEATURES, **kwargs)

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        _check_fields(value.source)
        return value

    def mjml(self, value: Any, context: BlockContext) -> str:
        html = mail_html(context.mark(value.source))
        return f'<mj-text css-class="text">{html}</mj-text>' if html.strip() else ""

    def plain(self, value: Any, context: BlockContext) -> str:
        return plain(context.mark(value.source))

    class Meta:
        label = _("Text")
        icon = "pilcrow"


def _session_choices() -> list[tuple[str, str]]:
    sessions = Session.objects.order_by("-first_day", "-pk")[:200]
    return [(session.slug, str(session)) for session in sessions]


class SessionBlock(blocks.StructBlock):
    """When and where: read from the session itself, at the moment the mail goes out."""

    session = blocks.ChoiceBlock(
        choices=_session_choices,
        required=False,
        label=_("Session"),
        help_text=_("Empty: the session of this mailing."),
    )

    def _session_id(self, value: Any) -> int | None:
        if not value["session"]:
            return None
        return Session.objects.filter(slug=value["session"]).values_list("pk", flat=True).first()

    def mjml(self, value: Any, context: BlockContext) -> str:
        number, words = self._session_id(value), context.words
        return (
            f"<mj-text {_CARD}>"
            f"<h2>{context.field('session.title', number)}</h2>"
            f"<p><strong>{words.when}:</strong> {context.field('session.when', number)}<br>"
            f"<strong>{words.where}:</strong> {context.field('session.where', number)}</p>"
            f'<p><a href="{context.field("session.url", number)}">{words.more}</a></p></mj-text>'
            '<mj-spacer height="12px" />'
        )

    def plain(self, value: Any, context: BlockContext) -> str:
        number, words = self._session_id(value), context.words
        return (
            f"{context.field('session.title', number)}\n"
            f"{words.when}: {context.field('session.when', number)}\n"
            f"{words.where}: {context.field('session.where', number)}\n"
            f"{words.more}: {context.field('session.url', number)}"
        )

    class Meta:
        label = _("Session card")
        icon = "date"


#: Where a button leads: a personal link, or an address of one's own.
LINKS = [
    ("link.sign_up", _("sign up (personal link)")),
    ("link.decline", _("cannot come (personal link)")),
    ("link.registration", _("own registration: see, change, cancel")),
    ("link.join", _("the online room (personal link)")),
    ("link.calendar", _("calendar file")),
    ("link.questions", _("own learning question")),
    ("link.report", _("report of the session")),
    ("link.preferences", _("mail preferences")),
    ("session.url", _("page of the session")),
    ("url", _("another address")),
]


class ButtonBlock(blocks.StructBlock):
    """A button that leads somewhere."""

    label = FieldCharBlock(max_length=80, label=_("Text on the button"))
    link = blocks.ChoiceBlock(choices=LINKS, default="link.sign_up", label=_("Leads to"))
    url = blocks.URLBlock(required=False, label=_("Address"), help_text=_("For another address."))
    quiet = blocks.BooleanBlock(
        required=False,
        label=_("Second choice"),
        help_text=_("An outline instead of a full button."),
    )

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value["link"] == "url" and not value["url"]:
            message = _("Give the address that the button leads to.")
            raise blocks.StructBlockValidationError(block_errors={"url": ValidationError(message)})
        return value

    def _address(self, value: Any, context: BlockContext) -> str:
        if value["link"] == "url":
            return escape(absolute(value["url"] or ""))
        name, _at, session = value["link"].partition("@")
        return context.field(name, int(session) if session else None)

    def mjml(self, value: Any, context: BlockContext) -> str:
        label, accent = escape(context.mark(value["label"])), context.accent
        colours = (
            f'background-color="#ffffff" color="{accent}" border="2px solid {accent}"'
            if value["quiet"]
            else f'background-color="{accent}" color="#ffffff"'
        )
        return (
            f'<mj-button href="{self._address(value, context)}" align="left" {colours}>'
            f"{label}</mj-button>"
        )

    def plain(self, value: Any, context: BlockContext) -> str:
        address = value["url"] if value["link"] == "url" else self._address(value, context)
        return f"{context.mark(value['label'])}:\n{address}"

    class Meta:
        label = _("Button")
        icon = "link"


class QuotationBlock(blocks.StructBlock):
    """What somebody said."""

    text = FieldTextBlock(label=_("Quotation"))
    attribution = FieldCharBlock(required=False, max_length=160, label=_("Who said it"))

    def mjml(self, value: Any, context: BlockContext) -> str:
        quotation = escape(context.mark(value["text"])).replace("\n", "<br>")
        who = escape(context.mark(value["attribution"] or ""))
        below = f"<p>— {who}</p>" if who else ""
        return (
            f'<mj-text css-class="quotation" padding="12px 24px 12px 40px">'
            f"<p><em>“{quotation}”</em></p>{below}</mj-text>"
        )

    def plain(self, value: Any, context: BlockContext) -> str:
        lines = [f"“{context.mark(value['text'])}”"]
        if value["attribution"]:
            lines.append(f"— {context.mark(value['attribution'])}")
        return "\n".join(f"    {line}" for text in lines for line in text.splitlines())

    class Meta:
        label = _("Quotation")
        icon = "openquote"


class ImageBlock(WagtailImageBlock):
    """A picture, always sent as JPEG or PNG: no mail program is sure to show anything else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Wagtail leaves this one name in English.
        self.child_blocks["image"].label = _("Picture")

    def mjml(self, value: Any, context: BlockContext) -> str:
        if value is None:
            return ""
        picture = mail_rendition(value)
        alt = "" if value.decorative else value.contextual_alt_text or ""
        return (
            f'<mj-image src="{escape(absolute(picture.url))}" alt="{escape(alt)}"'
            f' width="{min(picture.width, context.width)}px" align="left" />'
        )

    def plain(self, value: Any, context: BlockContext) -> str:
        alt = "" if value is None or value.decorative else value.contextual_alt_text
        return f"[{alt}]" if alt else ""

    class Meta:
        label = _("Picture")
        icon = "image"


class DividerBlock(blocks.StaticBlock):
    """A line between two parts."""

    def mjml(self, value: Any, context: BlockContext) -> str:
        return '<mj-divider border-width="1px" border-color="#b9b3a6" />'

    def plain(self, value: Any, context: BlockContext) -> str:
        return "--------"

    class Meta:
        label = _("Line")
        icon = "minus"


class AgendaBlock(blocks.StructBlock):
    """The sessions that are coming, as they are when the mail goes out. None: it is left out."""

    heading = FieldCharBlock(required=False, max_length=120, label=_("Heading"))
    series = blocks.PageChooserBlock(
        page_type="content.SeriesPage",
        required=False,
        label=_("Series"),
        help_text=_("Empty: of the whole site."),
    )
    number = blocks.IntegerBlock(
        default=5, min_value=1, max_value=20, label=_("At most so many meetings")
    )

    def _said(self, value: Any, context: BlockContext) -> Iterator[tuple[Part, str, bool]]:
        """Yield the part of the heading, and that which is said of each session."""
        series = value["series"].pk if value["series"] else None
        if value["heading"]:
            yield Part(PartKind.SESSIONS, number=series), context.mark(value["heading"]), True
        yield Part(PartKind.EACH_SESSION, number=series, limit=value["number"] or 5), "", False

    def mjml(self, value: Any, context: BlockContext) -> str:
        of_each = (
            f'<mj-text {_CARD}><h3><a href="{context.field("session.url")}">'
            f"{context.field('session.title')}</a></h3><p>{context.field('session.when')}<br>"
            f'{context.field("session.where")}</p></mj-text><mj-spacer height="8px" />'
        )
        return "".join(
            context.mjml_part(
                part,
                f'<mj-text css-class="text"><h2>{escape(heading)}</h2></mj-text>'
                if is_heading
                else of_each,
            )
            for part, heading, is_heading in self._said(value, context)
        )

    def plain(self, value: Any, context: BlockContext) -> str:
        of_each = (
            f"{context.field('session.title')}\n{context.field('session.when')}\n"
            f"{context.field('session.where')}\n{context.field('session.url')}"
        )
        return "\n\n".join(
            context.part(part, heading if is_heading else of_each)
            for part, heading, is_heading in self._said(value, context)
        )

    class Meta:
        label = _("Agenda")
        icon = "calendar-alt"


class AnswerBlock(blocks.StructBlock):
    """A question with its short answer, as long as it is public when the mail goes out."""

    page = blocks.PageChooserBlock(page_type="content.QAPage", label=_("Question"))

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if not agreed_answers().filter(pk=value["page"].pk).exists():
            message = _("Visitors cannot read this answer yet: choose one that is agreed.")
            raise blocks.StructBlockValidationError(block_errors={"page": ValidationError(message)})
        return value

    def mjml(self, value: Any, context: BlockContext) -> str:
        if value["page"] is None:
            return ""
        number = value["page"].pk
        return context.mjml_part(
            Part(PartKind.ANSWER, number=number),
            f"<mj-text {_CARD}><h2>{context.field('answer.question', number)}</h2>"
            f"<p>{context.field('answer.text', number)}</p>"
            f'<p><a href="{context.field("answer.url", number)}">'
            f'{context.words.whole_answer}</a></p></mj-text><mj-spacer height="12px" />',
        )

    def plain(self, value: Any, context: BlockContext) -> str:
        if value["page"] is None:
            return ""
        number = value["page"].pk
        return context.part(
            Part(PartKind.ANSWER, number=number),
            f"{context.field('answer.question', number)}\n{context.field('answer.text', number)}\n"
            f"{context.words.whole_answer}: {context.field('answer.url', number)}",
        )

    class Meta:
        label = _("Question and answer")
        icon = "help"


class PollBlock(blocks.StructBlock):
    """A question that each answers by a link of their own, as long as the poll is open."""

    poll = SnippetChooserBlock("participation.Poll", label=_("Poll"))

    def clean(self, value: Any) -> Any:
        if value["poll"] is None:
            message = _("Choose a poll: the one that was here is not there any more.")
            raise blocks.StructBlockValidationError(block_errors={"poll": ValidationError(message)})
        return super().clean(value)

    def mjml(self, value: Any, context: BlockContext) -> str:
        if (poll := value["poll"]) is None:
            return ""
        question, closes, link = (context.field(name, poll.pk) for name in _POLL)
        return context.mjml_part(
            Part(PartKind.POLL, number=poll.pk),
            f"<mj-text {_CARD}><h2>{question}</h2><p>{closes}</p></mj-text>"
            f'<mj-button href="{link}" align="left" background-color="{context.accent}"'
            f' color="#ffffff" padding="0 24px 24px" container-background-color="#f4f1ea">'
            f'{context.words.give_answer}</mj-button><mj-spacer height="12px" />',
        )

    def plain(self, value: Any, context: BlockContext) -> str:
        if (poll := value["poll"]) is None:
            return ""
        question, closes, link = (context.field(name, poll.pk) for name in _POLL)
        said = f"{question}\n{closes}\n{context.words.give_answer}: {link}"
        return context.part(Part(PartKind.POLL, number=poll.pk), said)

    class Meta:
        label = _("Poll")
        icon = "clipboard-list"


def _mjml(body: Any, context: BlockContext) -> str:
    return "".join(child.block.mjml(child.value, context) for child in body)


def _plain(body: Any, context: BlockContext) -> str:
    said = (child.block.plain(child.value, context) for child in body)
    return "\n\n".join(each for each in said if each)


class ColumnBlock(blocks.StreamBlock):
    """What stands in one of two columns."""

    text = TextBlock()
    button = ButtonBlock()
    image = ImageBlock()


class ColumnsBlock(blocks.StructBlock):
    """Two columns; on a phone the second stands below the first."""

    #: Makes a section of its own: the others share one column.
    has_columns = True

    left = ColumnBlock(label=_("Left"))
    right = ColumnBlock(label=_("Right"))

    def mjml(self, value: Any, context: BlockContext) -> str:
        context = replace(context, width=_COLUMN_WIDTH)
        return "".join(
            f"<mj-column>{_mjml(value[side], context)}</mj-column>" for side in ("left", "right")
        )

    def plain(self, value: Any, context: BlockContext) -> str:
        sides = (_plain(value[side], context) for side in ("left", "right"))
        return "\n\n".join(side for side in sides if side)

    class Meta:
        label = _("Two columns")
        icon = "grid"


class PlainBodyBlock(blocks.StreamBlock):
    """What may stand in a part that is for some people only."""

    text = TextBlock()
    session = SessionBlock()
    button = ButtonBlock()
    quotation = QuotationBlock()
    image = ImageBlock()
    divider = DividerBlock()


class OnlyForBlock(blocks.StructBlock):
    """A part that only some of the recipients get."""

    whom = blocks.MultipleChoiceBlock(
        choices=Whom.choices,
        widget=CheckboxSelectMultiple,
        label=_("Only for somebody who"),
        help_text=_("Several: whoever one of these is true of."),
    )
    content = PlainBodyBlock(label=_("What they read"))

    def part(self, value: Any) -> Part:
        """Return for whom it is."""
        return Part(PartKind.ONLY_FOR, whom=tuple(Whom(each) for each in value["whom"]))

    def mjml(self, value: Any, context: BlockContext) -> str:
        said = _mjml(value["content"], context)
        return context.mjml_part(self.part(value), said) if said else ""

    def plain(self, value: Any, context: BlockContext) -> str:
        said = _plain(value["content"], context)
        return context.part(self.part(value), said) if said else ""

    class Meta:
        label = _("Only for some people")
        icon = "group"


class MailBodyBlock(PlainBodyBlock):
    """The body of a mail."""

    agenda = AgendaBlock()
    answer = AnswerBlock()
    poll = PollBlock()
    columns = ColumnsBlock()
    only_for = OnlyForBlock()
