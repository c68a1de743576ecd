"""What the lists of this room share."""

from wagtail.snippets.views.snippets import IndexView

from base.spreadsheets import guarded_cell


class GuardedIndex(IndexView):
    """A list whose CSV cannot carry a formula into a spreadsheet (its XLSX never does)."""

    custom_value_preprocess = IndexView.custom_value_preprocess | {str: {"csv": guarded_cell}}
