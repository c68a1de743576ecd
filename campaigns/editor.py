"""What stands around the text in the editor of a mailing: the list of fields, and the proofs."""

from typing import Any

from django.forms import Media
from django.forms.widgets import Script
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import Panel
from wagtail.admin.ui.side_panels import BaseSidePanel

from campaigns import proof
from campaigns.compiling import written_languages
from campaigns.field_names import GROUPS
from campaigns.models import Mailing


def _module(name: str) -> Any:
    """A script of ours, as a module; the types of Django know addresses only."""
    return Script(f"bijeen/admin/{name}.js", type="module")


class FieldPicker(Panel):
    """The merge fields by name. A script inserts them where one writes; without it one copies."""

    def __init__(self, language: str = "nl", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.language = language

    def clone_kwargs(self) -> dict[str, Any]:
        return {**super().clone_kwargs(), "language": self.language}

    class BoundPanel(Panel.BoundPanel):
        template_name = "campaigns/admin/field_picker.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            language = self.panel.language
            groups = [
                (heading, [(field, field.text(language)) for field in fields])
                for heading, fields in GROUPS
            ]
            return context | {"groups": groups, "place": self.prefix}

        @property
        def media(self) -> Media:
            return Media(
                css={"all": ["bijeen/editor.css"]},
                js=[_module("merge_fields")],
            )


class ProofPanel(BaseSidePanel):
    """What is wrong with the text as it was saved last, and what would make it better."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = gettext_lazy("Toggle proofreading")
        icon_name = "clipboard-list"
        counter_classname = "w-bg-critical-200"

        def get_context_data(self, parent_context: Any) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"count": len(self.panel.proofs["problems"])}

    name = "proof"
    title = gettext_lazy("Proofreading")
    template_name = "campaigns/admin/proof_panel.html"
    order = 340

    def __init__(self, mailing: Mailing, request: Any, *, url: str, overview: str) -> None:
        super().__init__(mailing, request)
        self.proofs = proofs_of(mailing)
        self.urls = {"url": url, "overview": overview}

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        return context | self.proofs | self.urls

    @property
    def media(self) -> Media:
        return Media(js=[_module("proof")])


def proofs_of(mailing: Mailing) -> dict[str, Any]:
    """Return what the panel shows; it asks nothing about the audience, which takes longer."""
    return {
        "problems": proof.text_problems(mailing),
        "better": proof.text_hints(mailing),
        "has_text": bool(written_languages(mailing)),
    }
