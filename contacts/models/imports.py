"""Uploaded files of people and what became of their rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.enums import ImportState


class ContactImport(models.Model):
    """An uploaded file of people and how far it was read; its parts say what became of each row."""

    file_name = models.CharField(_("file"), max_length=200)
    dry_run = models.BooleanField(_("dry run"), default=True)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.STAGED)
    #: Of a workbook, the sheet that is read.
    sheet = models.CharField(_("sheet"), max_length=200, blank=True)
    #: What each column was taken for: [{"column", "field"}], with "" for one that is ignored.
    mapping = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)
    #: How many rows are done: moved in the transaction that writes them, so a restart goes on here.
    done_count = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    #: A worker holds a running import until this moment (database time), prolonged as it goes.
    lease_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        "auth.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_by = models.ForeignKey(
        "auth.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name

    @property
    def may_apply(self) -> bool:
        """Whether this is a dry run whose file is still there to be imported."""
        is_over = self.dry_run and self.state == ImportState.DONE
        return is_over and ImportFile.objects.filter(pk=self.pk).exists()

    @property
    def content(self) -> bytes:
        """The uploaded file; b"" once it has done its work."""
        kept = ImportFile.objects.filter(pk=self.pk).first()
        return bytes(kept.content) if kept else b""


class ImportFile(models.Model):
    """What was uploaded, for as long as it is needed: it holds people.

    It has a row of its own because a database writes a row as a whole, and that of the import is
    written after every few hundred people.
    """

    contact_import = models.OneToOneField(
        ContactImport, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    content = models.BinaryField()

    wagtail_reference_index_ignore = True


#: The kinds of what an import made and changed, in `ImportPart.undo`; besides these it holds no
#: more than what could not be undone, by id.
UNDO_KINDS = (
    "consents",
    "functions",
    "places",
    "people_values",
    "people",
    "memberships",
    "aliases",
    "themes",
    "organisation_values",
    "organisations",
)


class ImportPart(models.Model):
    """What became of a run of rows, written in the same transaction as those people.

    `rows` is [{"row", "outcome", "code", "reason"}]; `first` is the place of the first in the file.
    `undo` is what those rows made and changed (contacts.services.imports.undoing), for a day.
    """

    contact_import = models.ForeignKey(
        ContactImport, on_delete=models.CASCADE, related_name="parts"
    )
    first = models.PositiveIntegerField()
    rows = models.JSONField(default=list)
    undo = models.JSONField(default=dict)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact_import", "first"], name="import_part_once")
        ]
