"""The forms of documents: which keys each kind has, of which kind of value, with one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, validates_schema

from core.declaration.form_fields import (
    Anything,
    Either,
    Flag,
    Form,
    Items,
    LabelText,
    Map,
    Part,
    Text,
    Whole,
    refusal,
)
from core.metadata.collection_checks import CHARTS, GRAINS
from core.metadata.entity_specs import HUES, ROLLUP_FUNCTIONS

ENTITY, THING = r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "module.thing"
VIEW, LIST = r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){2,3}", "module.thing.list"
NAME, NOUN = r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?", "module.noun"
TIERS = ("bronze", "silver", "gold", "platinum")

BASE = "What the admin saw when changing it: values by path, such as fields.name.label."


class ChoiceForm(Form):
    """One option of a choice field."""

    label = LabelText("What people read.")
    hue = Text("Its colour, a name of the palette.", choices=HUES)
    hidden = Flag("Not offered any more; records that have it keep it.")


class RollUpForm(Form):
    """A value drawn from other records: exactly one of count, sum, min, max, pick."""

    from_ = Text("The entity drawn from.", key="from", required=True, pattern=ENTITY, example=THING)
    by = Text("The reference of that entity which points here.", required=True)
    count = Text("Count the records for which this expression holds; empty counts all.")
    sum = Text("Add up this field.")
    min = Text("Take the least of this field.")
    max = Text("Take the greatest of this field.")
    pick = Text("Take this field of the first record that fits.")
    where = Text("Only records for which this expression holds.")

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _one_function(self, _data: object, data: Mapping[str, Any], **kwargs: Any) -> None:
        if len([name for name in ROLLUP_FUNCTIONS if name in data]) != 1:
            raise refusal("bad_rollup", "Say exactly one of {known}.", known=ROLLUP_FUNCTIONS)


class FieldForm(Form):
    """One field. Without ``type`` it changes a field that somebody else declares. A type has options of its own."""

    open: ClassVar[bool] = True

    type = Text("Kind of value; leave it out to change a field that exists.")
    label = LabelText("What people read; by default the name in words.")
    help = LabelText("A sentence under the control.")
    required = Flag("A record needs a value.")
    unique = Flag("No two records have the same value.")
    search = Flag("Found by the search box.")
    duplicate_key = Flag("Counts when looking for records that are there twice.")
    read_only = Flag("Nobody types it on screens.")
    default = Anything("Value of a new record; $user, $team, $today and $now are worked out then.")
    choices = Map(Either(LabelText(), Part(ChoiceForm)), "Options of a choice, by name.")
    choice_order = Items(Text(), "Options that come first, in this order; the others follow as declared.")
    computed = Text("Expression that gives the value.")
    rollup = Part(RollUpForm, "Where the value is drawn from.")
    visible_when = Text("Shown only where this expression holds.")
    required_when = Text("Required where this expression holds.")
    read_only_when = Text("Not to be changed where this expression holds.")
    readable_because = Text(
        "Why a derived value may be read also by those who may not read all that it is drawn from."
    )
    copy_of = Text(
        "As <reference>.<field> where the value was taken from, when the code of a module keeps it: read only where that may be read now."
    )
    import_names = Items(Text(), "What else the column of an imported sheet may be called.", adds=True)
    merge = Text(
        "What becomes of the value when records are merged; without it the newer one counts, and people may choose.",
        choices=("union", "sum", "strictest", "earliest", "keep"),
    )


class RuleForm(Form):
    """A sentence about one record that must not hold."""

    refuse_when = Text(
        "Expression; where it holds, the record is refused. Leave it out to change a rule that exists."
    )
    message = LabelText("What people are told.")
    on = Items(Text(), "Fields at which it is told.", adds=True)


class ImportColumnForm(Form):
    """A column of an imported sheet that fills a line of a list field."""

    list_ = Text("The list field whose line it fills.", key="list", required=True)
    value = Text("The field of the line that takes the cell.", required=True)
    set = Map(Anything(), "What else the line holds; columns with the same list and set fill one line.")
    more = Map(
        Anything(),
        "What further lines hold where a cell has several values, divided by commas, semicolons or new lines; "
        "without it a cell is one value.",
    )
    shows = Text(
        "The derived field that shows the value: its type checks the cell, its key finds duplicates."
    )
    label = LabelText(
        "What people read; by default the label of the field that shows it, else of the line's field."
    )
    import_names = Items(Text(), "What else the column may be called.")


class DuplicateKeyForm(Form):
    """What two records share that are perhaps the same."""

    same = Items(Text(), "Fields that are all the same and not empty; of lines as list.field.", required=True)
    where = Text("Only records, or lines where lines are compared, for which this expression holds.")
    label = LabelText("What people read, such as: the same e-mail.")


class DuplicateClueForm(Form):
    """What a scan of the records that are there compares."""

    of = Items(
        Text(), "Fields whose values belong together, or one field of lines as list.field.", required=True
    )
    how = Text(
        "same: equal values; code: phone numbers, addresses of mail and other numbers in any spelling; name: words, "
        "with their slips and variants.",
        choices=("same", "code", "name"),
    )
    where = Text("Only lines for which this expression holds.")
    label = LabelText("What people read, such as: e-mail.")
    weight = Whole("Percent of what being alike tells; 100 by default.")
    against = Whole("Points that being different takes away: by default 40 for names, 4 for codes, else 0.")


class DuplicatesForm(Form):
    """How records are recognised that are there twice."""

    by = Map(Part(DuplicateKeyForm), "What two records share, by name; each is enough.")
    differ = Items(Text(), "Records with different values here are never the same.")
    ask = Text("The reference to whom one asks about a record that one may not see.")
    scan = Map(
        Part(DuplicateClueForm), "What a scan of the records that are there already compares, by name."
    )


class _EntityKeys(Form):
    label = LabelText("One record, in a word.")
    plural = LabelText("Several of them.")
    title = Text("The field that names a record; by default name, else the first text.")
    image = Text("The image field whose picture stands for a record, beside its title.")
    icon = Text("Name of an icon.")
    behaviours = Items(Text(), "Names of what modules offer: fields and rules that come along.", adds=True)
    fields_ = Map(Part(FieldForm), "The fields, in order.", key="fields")
    rules = Map(Part(RuleForm), "What must not be.")
    import_columns = Map(
        Part(ImportColumnForm), "Columns of imported sheets that fill lines of lists, by name."
    )
    duplicates = Part(DuplicatesForm, "Which records are perhaps there twice; told when one is saved.")
    unique_together = Items(Items(Text()), "Fields whose values together are unique.")
    indexes = Items(
        Items(Text()),
        "Fields that big lists are filtered by, and last the one they are sorted by (- before it: descending); "
        "or fields that totals are grouped by, and last the amount or number that is added up (+ before it).",
    )


class PartRightForm(Form):
    """What an action on a part asks of its whole."""

    needs = Text("What one must be allowed to do with the whole.", required=True)
    when = Text("Expression on the part that must hold, too.")


class AdministeredForm(Form):
    """Records that speak of an entity: who administers that entity creates, changes and deletes them."""

    names = Text("The text field that holds the name of the entity.", required=True)
    when = Text("Expression on the record that must hold, too.")


class ReachedForm(Form):
    """How a part reaches its wholes."""

    by = Items(Text(), "The fields by which it is looked for: whom it names.", required=True)
    until = Text("The moment from which it reaches nothing, where it has one.")


class EntityForm(_EntityKeys):
    """A kind of record."""

    entity = Text("Its name.", required=True, pattern=ENTITY, example=THING)
    part_of = Text("The reference by which a record is part of another, which then decides on rights.")
    part_rights = Map(
        Part(PartRightForm),
        "Actions on the part that ask something else of its whole than usual: update, but read for read and export for export.",
    )
    administered = Part(
        AdministeredForm, "Who administers the entity that a record names may create, change and delete it."
    )
    reached = Part(
        ReachedForm,
        "How a part reaches its wholes, as shares reach records: lists of these are read in their order.",
    )


class ExtendEntityForm(_EntityKeys):
    """What a module adds to another's entity, or the site changes."""

    extends = Text("The entity.", required=True, pattern=ENTITY, example=THING)
    base = Map(Anything(), BASE)


class ItemForm(Form):
    """One thing in a section: a field, or a list shown as a table."""

    name = Text("The field; with dots over references.", required=True)
    columns = Items(Text(), "Fields shown of each line of a list.")
    span = Flag("Takes the whole width.")
    hidden = Flag("Kept as a place for others, not shown.")


class SectionForm(Form):
    """A titled group."""

    label = LabelText("Its title.")
    items = Items(Either(Text(), Part(ItemForm)), "What is in it, in order.")
    tab = LabelText("The tab of a form on which it stands; without one it is on the first.")


class FilterForm(Form):
    """A ready-made filter of a list."""

    label = LabelText("What people read.")
    where = Text("Expression that its records satisfy.", required=True)
    hidden = Flag("Not offered.")


class _ViewKeys(Form):
    open: ClassVar[bool] = True

    label = LabelText("Title of the view.")
    sort = Items(Text(), "Field names, - in front for descending.")
    filters = Map(Part(FilterForm), "Ready-made filters by name.")
    limit = Whole("Records on a page.")
    totals = Map(
        Text(choices=("sum", "avg", "min", "max")), "What the last row of a list tells of which column."
    )
    group_by = Text("The field whose values are the columns of a kanban or the bars of a chart.")
    among = Text("Which records of a reference's target are columns: <field there> == $record.<field here>.")
    hue_by = Text(
        "The choice field that colours: of the records that are columns, or of a calendar's entries."
    )
    fold = Items(Text(), "Columns that start folded: values of the choice, or of hue_by.", adds=True)
    sums = Items(Text(), "Numbers and amounts that the head of a column adds up.", adds=True)
    quick_create = Items(Text(), "Fields asked for where a card is made inside a column.", adds=True)
    counts = Items(Text(), "On a form: how many records point here, as <entity>.<field> of their references.")
    related = Items(Text(), "On a form: a tab with those records, as <entity>.<field>.")
    start = Text("The day or moment at which an entry of a calendar begins.")
    end = Text("The day or moment at which it ends.")
    fallback = Text("The day or moment at which an entry of a calendar stands that has no beginning.")
    all_day = Text("The yes/no field of entries that take the whole day.")
    chart = Text("What a chart looks like: bar, or steps that narrow.", choices=CHARTS)
    by = Text("What days are gathered to where the bars of a chart are dates.", choices=GRAINS)
    measure = Text("What the bars of a chart measure: count() or sum(<field>).")
    sections = Map(Part(SectionForm), "Titled groups, in order; without items: the label of one that exists.")


class ViewForm(_ViewKeys):
    """A layout: ``columns`` for lists, ``sections`` for forms, ``card`` for a kanban."""

    view = Text("Its name: <entity>.<kind>.", required=True, pattern=VIEW, example=LIST)
    entity = Text("The entity it shows.", pattern=ENTITY, example=THING)
    columns = Items(Either(Text(), Part(ItemForm)), "Columns of a list, in order.")
    card = Items(Either(Text(), Part(ItemForm)), "Fields on a card, in order; its title is there anyway.")


class OperationForm(Form):
    """One change of a layout: exactly one of add, move, hide, show."""

    add = Text("A field that is not in the view yet.")
    move = Text("An item to take elsewhere.")
    hide = Text("An item to hide.")
    show = Text("An item to show again.")
    after = Text("Behind this item, or at the end of this section.")
    before = Text("In front of this item, or at the start of this section.")
    section = Text("At the end of this section.")
    columns = Items(Text(), "Fields shown of each line of a list.")
    span = Flag("Takes the whole width.")

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _one_operation(self, _data: object, data: Mapping[str, Any], **kwargs: Any) -> None:
        if len([verb for verb in ("add", "move", "hide", "show") if verb in data]) != 1:
            raise refusal(
                "bad_operation", "Say exactly one of {known}.", known=("add", "move", "hide", "show")
            )
        if len([place for place in ("after", "before", "section") if place in data]) > 1:
            raise refusal("bad_operation", "Say only one of {known}.", known=("after", "before", "section"))


class ExtendViewForm(_ViewKeys):
    """What a module adds to another's view, or the site changes."""

    extends = Text("The view.", required=True, pattern=VIEW, example=LIST)
    items = Items(Part(OperationForm), "Changes of the layout.")
    base = Map(Anything(), BASE)


class _MenuKeys(Form):
    label = LabelText("What people read.")
    group = LabelText("Entries of one group stand together.")
    icon = Text("Name of an icon.")
    weight = Whole("Lighter entries come first; 100 if nothing is said.")
    key = Text(
        "A letter that leads there after G; H leads home. Of several entries the first has it.",
        pattern=r"[A-GI-Z]",
        example="T",
    )


class MenuForm(_MenuKeys):
    """An entry of the main menu."""

    menu = Text("Its name.", pattern=NAME, example=NOUN)
    entity = Text("The entity whose list it opens.", pattern=ENTITY, example=THING)
    route = Text(
        "The page of a module that it opens, in place of an entity.", pattern=ENTITY, example="module.page"
    )


class ExtendMenuForm(_MenuKeys):
    """What others change of a menu entry."""

    extends = Text("The entry: menu:<name>.", pattern=r"menu:[a-z0-9_.]+", example="menu:module.things")
    hidden = Flag("Not shown.")
    base = Map(Anything(), BASE)


class ModuleForm(Form):
    """The manifest of a module."""

    module = Text("Its name.", required=True, pattern=r"[a-z][a-z0-9_]{0,30}", example="my_module")
    version = Text(
        "Its version; in quotes if it looks like a number.",
        required=True,
        pattern=r"\d+(\.\d+){1,2}([-.+][0-9a-z.]+)?",
        example="1.0.0",
    )
    label = LabelText("What people read.", required=True)
    summary = LabelText("What it is for, in a sentence.")
    icon = Text("Name of an icon.")
    requires = Map(
        Anything(), "core: versions of Payvand; <module>: versions of a module; python: list of packages."
    )
    provides = Items(Text(), "Abstract things that other modules may ask for.")
    tier = Text("How far its quality is proven.", choices=TIERS)
    always = Flag("Installed with every site, and never disabled.")

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _requirements(self, _data: object, data: Mapping[str, Any], **kwargs: Any) -> None:
        errors = {}
        requires = data.get("requires")
        for name, value in requires.items() if isinstance(requires, Mapping) else ():
            fits = isinstance(value, (list, tuple)) if name == "python" else isinstance(value, str)
            if not fits:
                wanted = (
                    "a list of packages" if name == "python" else "versions, in quotes, such as '>=1.0,<2'"
                )
                errors[name] = refusal("wrong_type", "Write {wanted} here.", wanted=wanted).messages
        if errors:
            raise ValidationError({"requires": errors})


class MenusForm(Form):
    """The file menus.yaml."""

    menus = Map(Part(MenuForm), "Entries by name.")
    extends = Map(Part(ExtendMenuForm), "Changes of other modules' entries, by their names.")
