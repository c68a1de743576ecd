"""Forms of the import pages: a file, and what its columns are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.errors import MappingInvalid
from contacts.imports.columns import FIELD_LABELS, Column, check_columns

_GROUPS = {
    gettext_lazy("The person"): (
        "email",
        "name",
        "title",
        "given_name",
        "initials",
        "family_name_prefix",
        "family_name",
        "function",
        "phone",
        "language",
        "time_zone",
        "tags",
        "source",
    ),
    gettext_lazy("The organisation"): (
        "organisation",
        "aliases",
        "kind",
        "country",
        "website",
        "themes",
        "member",
        "member_since",
    ),
    gettext_lazy("Whether we may mail"): ("basis", "purpose"),
}


class ImportForm(forms.Form):
    """A file of people or organisations, to look at first."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "An Excel workbook (XLSX) or a CSV file, of at most 20 MB and 50,000 rows. One row has "
            "the headings, and one column e-mail addresses or names of organisations."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.csv,.txt,.tsv,text/csv"}),
        allow_empty_file=True,
    )


class MappingForm(forms.Form):
    """What each column of the file is: a select for each, named by its place."""

    fill_organisation = forms.BooleanField(
        label=gettext_lazy("A blank organisation means the one of the row above"),
        help_text=gettext_lazy(
            "For a list in which the organisation stands only beside its first person."
        ),
        required=False,
    )

    def __init__(
        self, columns: Sequence[Column], data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self._columns = columns
        choices = [("", _("– leave out –")), *_choices()]
        for place, column in enumerate(columns):
            self.fields[_name(place)] = forms.ChoiceField(
                label=column.header, choices=choices, initial=column.field, required=False
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                check_columns(self._chosen(cleaned))
            except MappingInvalid as error:
                raise forms.ValidationError(str(error), code=error.code) from error
        return cleaned

    def _chosen(self, cleaned: Mapping[str, Any]) -> list[Column]:
        return [
            Column(column.header, cleaned.get(_name(place), ""))
            for place, column in enumerate(self._columns)
        ]

    @property
    def mapping(self) -> dict[int, str]:
        """{place of the column: field}, of a form that is valid; "" where it is left out."""
        return {place: each.field for place, each in enumerate(self._chosen(self.cleaned_data))}

    def selects(self) -> list[forms.BoundField]:
        """The select of each column, in the order of the file."""
        return [self[_name(place)] for place in range(len(self._columns))]


def _name(place: int) -> str:
    return f"column-{place}"


def _choices() -> Iterator[tuple[Any, list[tuple[str, str]]]]:
    for label, fields in _GROUPS.items():
        yield label, [(field, capfirst(str(FIELD_LABELS[field]))) for field in fields]
