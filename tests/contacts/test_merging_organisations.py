"""What a merged organisation is called, where it belongs, and how a removed one comes back."""

import pytest
from wagtail.models import ReferenceIndex

from contacts.errors import MergeNameTaken
from contacts.models import Organisation
from contacts.selectors import find_organisation
from contacts.selectors.merges import preview_merge
from contacts.services.merging import merge_organisations, undo_merge
from tests.contacts.merge_scene import LATER, make_moment
from tests.factories.contacts import NOW, make_alias, make_organisation

# Again on PostgreSQL: a row that is removed and comes back with its own key.
pytestmark = [pytest.mark.django_db, pytest.mark.database]


def merge(kept, gone, *take):
    merged = merge_organisations(kept_id=kept.pk, gone_id=gone.pk, take=take, by=None, now=NOW)
    kept.refresh_from_db()
    return merged


def aliases_of(organisation):
    return sorted(organisation.aliases.values_list("name", "name_key"))


def test_every_name_finds_the_one_that_stays():
    kept = make_organisation(name="Stichting Wilg")
    gone = make_organisation(name="Wilgen-Netwerk")
    make_alias(gone, "WN")
    make_alias(gone, "stichting wilg")  # its own name is no other name
    merge(kept, gone)
    assert aliases_of(kept) == [("WN", "wn"), ("Wilgen-Netwerk", "wilgen netwerk")]
    names = ("Stichting Wilg", "wilgen netwerk", "WilgenNetwerk", "W.N.", "Wilgen")
    assert [find_organisation(name) for name in names] == [kept, kept, kept, kept, None]
    assert not Organisation.objects.filter(pk=gone.pk).exists()


def test_chosen_name_is_taken_and_the_former_becomes_another_name():
    kept, gone = make_organisation(name="Wilg"), make_organisation(name="Stichting Wilg")
    slug = kept.slug
    merged = merge(kept, gone, "name")
    assert (kept.name, kept.name_key, kept.slug) == ("Stichting Wilg", "stichting wilg", slug)
    assert aliases_of(kept) == [("Wilg", "wilg")]
    undo_merge(merge_id=merged.pk, by=None, now=LATER)
    kept.refresh_from_db()
    back = Organisation.objects.get(pk=gone.pk)
    assert (kept.name, back.name, back.slug, aliases_of(kept)) == (
        "Wilg",
        "Stichting Wilg",
        gone.slug,
        [],
    )


def test_fields_are_filled_and_chosen():
    kept = make_organisation(
        kind="other", website="", country="NL", languages=["nl"], reviewed=False
    )
    gone = make_organisation(
        kind="ngo", website="https://wilg.example.org/", country="BE", languages=["fr", "nl"]
    )
    merge(kept, gone, "kind")
    assert (kept.kind, kept.website, kept.country, kept.languages, kept.reviewed) == (
        "ngo",
        "https://wilg.example.org/",
        "NL",
        ["nl", "fr"],
        True,
    )


@pytest.mark.parametrize("takes_parent", [False, True])
def test_organisation_is_never_a_part_of_itself(takes_parent):
    take = ["parent"] if takes_parent else []
    top = make_organisation(name="Top")
    kept_below = make_organisation(name="Boven", parent=top)
    between = make_organisation(name="Tussen", parent=kept_below)
    kept = make_organisation(name="Onder", parent=between)
    merge(kept, kept_below, *take)  # takes the place of what it was a part of
    between.refresh_from_db()
    assert (kept.parent, between.parent) == (top, kept)
    below = make_organisation(name="Daaronder", parent=between)
    merge(kept, below, *take)  # and what is a part of it goes up into it
    between.refresh_from_db()
    assert (kept.parent, between.parent) == (top, kept)


def test_parts_of_the_one_that_goes_are_parts_of_the_one_that_stays():
    above = make_organisation()
    kept, gone = make_organisation(), make_organisation(parent=above)
    part = make_organisation(parent=gone)
    told = preview_merge(kin="organisation", kept_id=kept.pk, gone_id=gone.pk)
    assert [(each.name, each.is_taken) for each in told.fields if each.name == "parent"] == [
        ("parent", True)
    ]
    merge(kept, gone)
    part.refresh_from_db()
    assert (kept.parent, part.parent) == (above, kept)


def test_undoing_is_refused_when_the_name_was_given_out_again():
    kept, gone = make_organisation(name="Wilg"), make_organisation(name="Stichting Wilg")
    merged = merge(kept, gone)
    other = make_organisation(name="Stichting Wilg", slug="nieuw")
    with pytest.raises(MergeNameTaken, match="Stichting Wilg"):
        undo_merge(merge_id=merged.pk, by=None, now=LATER)
    assert aliases_of(kept) == [("Stichting Wilg", "stichting wilg")]
    other.delete()
    assert undo_merge(merge_id=merged.pk, by=None, now=LATER).left == []


def test_admin_shows_where_the_one_that_stays_is_used():
    def used(organisation):
        return ReferenceIndex.get_references_to(organisation).count()

    kept, gone = make_organisation(), make_organisation()
    make_moment(organisation=gone)
    assert (used(kept), used(gone)) == (0, 1)
    merged = merge(kept, gone)
    assert (used(kept), used(gone)) == (1, 0)
    undo_merge(merge_id=merged.pk, by=None, now=LATER)
    assert (used(kept), used(gone)) == (0, 1)
