"""The blocks of a page's body, and those of a Q&A entry."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.list_block import ListBlockValidationError
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

from content.enums import QuestionKind, SessionRole

TEXT_FEATURES = ["h3", "bold", "italic", "link", "document-link", "ol", "ul"]


class QuotationBlock(blocks.StructBlock):
    """Somebody's words, with or without a name."""

    text = blocks.TextBlock(label=_("quotation"))
    attribution = blocks.CharBlock(
        label=_("said by"),
        required=False,
        help_text=_("Leave empty for an unattributed quotation."),
    )

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "content/blocks/quotation.html"


class PictureBlock(blocks.StructBlock):
    """An image with an optional caption; the image block asks for the alternative text."""

    image = ImageBlock(label=_("image"))
    caption = blocks.CharBlock(label=_("caption"), required=False)

    class Meta:
        icon = "image"
        label = _("Image")
        template = "content/blocks/picture.html"


class ButtonBlock(blocks.StructBlock):
    """A link that stands out: to one of our own pages or elsewhere."""

    label = blocks.CharBlock(
        label=_("text on the button"),
        max_length=60,
        help_text=_("Says what happens, such as “Read the report”; never “click here”."),
    )
    page = blocks.PageChooserBlock(label=_("page"), required=False)
    url = blocks.URLBlock(label=_("or an address elsewhere"), required=False)

    class Meta:
        icon = "link"
        label = _("Button")
        template = "content/blocks/button.html"

    def clean(self, value: Any) -> Any:
        """Refuse a button that leads nowhere or to two places."""
        cleaned = super().clean(value)
        if bool(cleaned.get("page")) == bool(cleaned.get("url")):
            message = _("Choose a page or type an address, one of the two.")
            raise StructBlockValidationError(block_errors={"page": ValidationError(message)})
        return cleaned


class FileBlock(blocks.StructBlock):
    """A document to download."""

    document = DocumentChooserBlock(label=_("document"))
    description = blocks.CharBlock(label=_("what is in it"), required=False)

    class Meta:
        icon = "doc-full"
        label = _("Document")
        template = "content/blocks/file.html"


class StepBlock(blocks.StructBlock):
    """One part of a programme, or one step."""

    time = blocks.TimeBlock(label=_("time"), required=False)
    title = blocks.CharBlock(label=_("title"))
    text = blocks.TextBlock(label=_("explanation"), required=False)


class ProgrammeBlock(blocks.StructBlock):
    """The parts of a meeting in order, or the steps of something to do."""

    title = blocks.CharBlock(label=_("title"), required=False)
    steps = blocks.ListBlock(StepBlock(label=_("part")), label=_("parts"))

    class Meta:
        icon = "list-ol"
        label = _("Programme or steps")
        template = "content/blocks/programme.html"


class PageBodyBlock(blocks.StreamBlock):
    """What a page may be built from."""

    heading = blocks.CharBlock(
        label=_("Heading"), icon="title", max_length=120, template="content/blocks/heading.html"
    )
    text = blocks.RichTextBlock(label=_("Text"), icon="pilcrow", features=TEXT_FEATURES)
    quotation = QuotationBlock()
    picture = PictureBlock()
    button = ButtonBlock()
    file = FileBlock()
    programme = ProgrammeBlock()


class GoalsBlock(blocks.StreamBlock):
    """What a series wants to reach, one goal a block, so that a result can be told per goal."""

    goal = blocks.TextBlock(label=_("Goal"), icon="tick")


class UnnamedQuotationBlock(blocks.StructBlock):
    """Somebody's words in a report: whose they are is nobody's business."""

    text = blocks.TextBlock(label=_("quotation"))

    class Meta:
        icon = "openquote"
        label = _("Quotation without a name")
        template = "content/blocks/quotation.html"


class ReportThemeBlock(blocks.StructBlock):
    """A theme that was discussed, with what people said of it."""

    title = blocks.CharBlock(label=_("theme"), max_length=120)
    text = blocks.RichTextBlock(label=_("what was said"), features=TEXT_FEATURES, required=False)
    quotations = blocks.ListBlock(
        UnnamedQuotationBlock(), label=_("quotations without a name"), default=[]
    )

    class Meta:
        icon = "comment"
        label = _("Theme")
        template = "content/blocks/report_theme.html"


class ReportBodyBlock(PageBodyBlock):
    """What the text of a report may be built from."""

    theme = ReportThemeBlock()
    quotation = UnnamedQuotationBlock()


class ResultBlock(blocks.StructBlock):
    """What came of one goal, or of the session."""

    goal = blocks.TextBlock(
        label=_("goal"),
        required=False,
        rows=2,
        help_text=_("Leave empty for a result of the session as a whole."),
    )
    result = blocks.TextBlock(label=_("result"), required=False, rows=3)

    class Meta:
        icon = "tick"
        label = _("Result")


class OutcomeBlock(blocks.StreamBlock):
    """The outcome of a session, one result a block."""

    result = ResultBlock()


class EvidenceBlock(blocks.StructBlock):
    """Where an answer comes from, and when somebody last looked."""

    source = blocks.CharBlock(label=_("source"), help_text=_("Author or organisation, and title."))
    year = blocks.IntegerBlock(label=_("year"), required=False, min_value=1900, max_value=2100)
    url = blocks.URLBlock(label=_("address"), required=False)
    quotation = blocks.TextBlock(label=_("what it says"), required=False)
    checked_on = blocks.DateBlock(label=_("checked on"))

    class Meta:
        icon = "doc-full-inverse"
        label = _("Source")


class EvidenceListBlock(blocks.StreamBlock):
    """The sources of a Q&A entry."""

    source = EvidenceBlock()


class WordingBlock(blocks.StructBlock):
    """How to say it to whom. Never on a public page: journalists would get the playbook."""

    audience = blocks.ChoiceBlock(
        label=_("audience"),
        choices=[
            ("journalist", _("journalist")),
            ("politician", _("politician")),
            ("public", _("general public")),
        ],
    )
    say = blocks.TextBlock(label=_("say"), required=False)
    avoid = blocks.TextBlock(label=_("rather not say"), required=False)

    class Meta:
        icon = "comment"
        label = _("Wording")


class WordingListBlock(blocks.StreamBlock):
    """Wordings per audience of a Q&A entry."""

    wording = WordingBlock()


class RoleValue(blocks.StructValue):
    """A role with its name in the language of the page."""

    @property
    def role_label(self) -> str:
        return str(SessionRole(self["role"]).label).capitalize() if self["role"] else ""


class RoleBlock(blocks.StructBlock):
    """Who does what at a session, and on whose behalf. The name is public: ask before typing it."""

    role = blocks.ChoiceBlock(label=_("role"), choices=SessionRole.choices)
    name = blocks.CharBlock(
        label=_("name"),
        required=False,
        max_length=120,
        help_text=_("Visible to everybody. Leave it empty to name the organisation only."),
    )
    organisation = blocks.CharBlock(
        label=_("organisation"),
        required=False,
        max_length=200,
        help_text=_("People of an organisation that hosts are counted apart from the guests."),
    )

    class Meta:
        icon = "user"
        label = _("Role")
        value_class = RoleValue

    def clean(self, value: Any) -> Any:
        """Refuse a role of nobody."""
        cleaned = super().clean(value)
        if not cleaned.get("name") and not cleaned.get("organisation"):
            message = _("Fill in a name, an organisation, or both.")
            raise StructBlockValidationError(block_errors={"name": ValidationError(message)})
        return cleaned


class RolesBlock(blocks.StreamBlock):
    """The roles at a session."""

    role = RoleBlock()


class QuestionBlock(blocks.StructBlock):
    """A question of this session's own on the sign-up form."""

    text = blocks.CharBlock(label=_("question"), max_length=200)
    help = blocks.CharBlock(label=_("explanation below it"), required=False, max_length=300)
    kind = blocks.ChoiceBlock(
        label=_("kind of answer"), choices=QuestionKind.choices, default=QuestionKind.LINE
    )
    options = blocks.ListBlock(
        blocks.CharBlock(label=_("option"), max_length=100),
        label=_("options to choose from"),
        default=[],
        help_text=_("Only when people choose one or several."),
    )
    required = blocks.BooleanBlock(
        label=_("has to be answered"),
        required=False,
        help_text=_("Not asked of people who join with one click from a personal link."),
    )
    private = blocks.BooleanBlock(
        label=_("private: food or access needs"),
        required=False,
        help_text=_(
            "Kept apart from the other answers, shown as numbers without names, and erased four "
            "weeks after the session."
        ),
    )
    only_if = blocks.CharBlock(
        label=_("only after this earlier question"),
        required=False,
        max_length=200,
        help_text=_("Type the text of an earlier question of which people choose the answer."),
    )
    only_if_answer = blocks.CharBlock(
        label=_("and only when its answer is"),
        required=False,
        max_length=100,
        help_text=_("One of its options; for a yes-or-no question: yes."),
    )

    class Meta:
        icon = "help"
        label = _("Question")

    def clean(self, value: Any) -> Any:
        """Refuse a choice of nothing, options that nobody sees, and half a condition."""
        cleaned = super().clean(value)
        errors: dict[str, ValidationError] = {}
        if problem := _options_problem(cleaned):
            errors["options"] = ListBlockValidationError(non_block_errors=[problem])
        if cleaned["only_if_answer"] and not cleaned["only_if"]:
            errors["only_if"] = ValidationError(_("Type the text of the earlier question."))
        if cleaned["only_if"] and not cleaned["only_if_answer"]:
            errors["only_if_answer"] = ValidationError(_("Type the answer that it is about."))
        if errors:
            raise StructBlockValidationError(block_errors=errors)
        return cleaned


def _options_problem(question: Any) -> ValidationError | None:
    options = [same_words(option) for option in question["options"]]
    if question["kind"] in QuestionKind.of_options():
        if len(options) < 2:
            return ValidationError(_("Add at least two options to choose from."))
        if len(set(options)) < len(options):
            return ValidationError(_("Two options are the same. Change one of them."))
    elif options:
        return ValidationError(
            _("Remove the options, or choose a kind of answer with options above.")
        )
    return None


class QuestionsBlock(blocks.StreamBlock):
    """The questions of this session's own, in the order in which they are asked."""

    question = QuestionBlock()

    def clean(self, value: Any) -> Any:
        """Refuse the same question twice, and a condition on what is not asked before."""
        cleaned = super().clean(value)
        earlier: dict[str, Any] = {}
        errors: dict[int, ValidationError] = {}
        for place, block in enumerate(cleaned):
            found = _question_errors(block.value, earlier)
            if found:
                errors[place] = StructBlockValidationError(block_errors=found)
            earlier.setdefault(same_words(block.value["text"]), block.value)
        if errors:
            raise StreamBlockValidationError(block_errors=errors)
        return cleaned


def _question_errors(question: Any, earlier: dict[str, Any]) -> dict[str, ValidationError]:
    errors = {}
    if same_words(question["text"]) in earlier:
        errors["text"] = ValidationError(_("This question is asked already. Change the words."))
    if not question["only_if"]:
        return errors
    asked = earlier.get(same_words(question["only_if"]))
    if asked is None:
        message = _(
            "No earlier question has this text. Copy the text of a question above this one."
        )
        errors["only_if"] = ValidationError(message)
    elif asked["kind"] not in QuestionKind.of_answers_to_choose():
        message = _("People write their own answer to that question. Name one with a choice.")
        errors["only_if"] = ValidationError(message)
    elif answer_meant(asked, question["only_if_answer"]) is None:
        choices = asked["options"] or [_("yes"), _("no")]
        message = _("Type one of the answers to that question: %(answers)s.")
        words = ", ".join(str(choice) for choice in choices)
        errors["only_if_answer"] = ValidationError(message, params={"answers": words})
    return errors


def same_words(text: str) -> str:
    """Return the text as two are compared: white space and capitals do not count."""
    return " ".join(text.split()).casefold()


def answer_meant(question: Any, typed: str) -> str | None:
    """Return the answer to a question that an editor typed, as it is kept; None if it is none."""
    typed = same_words(typed)
    if question["kind"] == QuestionKind.YES_NO:
        return _YES_OR_NO.get(typed)
    return next((one for one in question["options"] if same_words(one) == typed), None)


#: In both languages of the editors, whichever the page is in.
_YES_OR_NO = {"yes": "yes", "ja": "yes", "no": "no", "nee": "no"}
