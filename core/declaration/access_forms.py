"""The forms of what decides on rights: roles with their grants, restrictions, and the file that holds them."""

from __future__ import annotations

from core.declaration.form_fields import Anything, Either, Flag, Form, Items, LabelText, Map, Part, Text
from core.declaration.forms import BASE, ENTITY, NAME, NOUN, THING
from core.metadata.actions import SCOPES

IMPLIES = "Roles that come with it, and those that come with these; what all of them allow adds up."


class GrantFieldsForm(Form):
    """Which fields; * for all, !name for all but one."""

    read = Items(Text(), "Fields that may be read; all if nothing is said.")
    edit = Items(Text(), "Fields that may be changed; all if nothing is said.")
    masked = Map(Text(), "Fields that are neither shown nor changed where their expression holds.")


class GrantForm(Form):
    """What a role allows with one entity."""

    entity = Text("The entity.", required=True, pattern=ENTITY, example=THING)
    actions = Items(
        Text(),
        "create, read, update, delete, export, import, share, administer, merge, override:duplicates, scan:duplicates, "
        "transition:<name>, operation:<name>, or *.",
        required=True,
    )
    scope = Text("Whose records.", choices=SCOPES)
    when = Text("Only records for which this expression holds.")
    fields_ = Part(GrantFieldsForm, "Which fields; all if nothing is said.", key="fields")


class RoleForm(Form):
    """A named bundle of grants."""

    role = Text("Its name.", pattern=NAME, example=NOUN)
    label = LabelText("What people read.")
    administrator = Flag("May change metadata, modules and accounts, and do everything.")
    grants = Items(Part(GrantForm), "What it allows.")
    implies = Items(Text(), IMPLIES)


class ExtendRoleForm(Form):
    """Grants that a module adds to another's role."""

    extends = Text("The role: role:<name>.", pattern=r"role:[a-z0-9_.]+", example="role:module.editor")
    label = LabelText("What people read.")
    grants = Items(Part(GrantForm), "What it allows in addition.")
    implies = Items(Text(), IMPLIES)
    base = Map(Anything(), BASE)


class RestrictionForm(Form):
    """What must hold of the records of an entity whatever roles allow; it binds everybody but administrators."""

    restriction = Text("Its name.", pattern=NAME, example=NOUN)
    label = LabelText("What people read.")
    entity = Text("The entity.", required=True, pattern=ENTITY, example=THING)
    when = Text("Only records for which this expression holds are left.", required=True)
    actions = Items(Text(), "Actions that it is about; all if nothing is said.")
    except_ = Items(Text(), "Roles whose holders it does not bind.", key="except")
    disabled = Flag("Out of force, until the site says otherwise.")


class ExtendRestrictionForm(Form):
    """What others change of a restriction; all but its label and further roles only the site."""

    extends = Text(
        "The restriction: restriction:<name>.",
        pattern=r"restriction:[a-z0-9_.]+",
        example="restriction:module.noun",
    )
    label = LabelText("What people read.")
    when = Text("Only records for which this expression holds are left.")
    actions = Items(Text(), "Actions that it is about; all if nothing is said.")
    except_ = Items(Text(), "Roles whose holders it does not bind.", key="except", adds=True)
    disabled = Flag("Out of force.")
    base = Map(Anything(), BASE)


class AccessForm(Form):
    """The file access.yaml."""

    roles = Map(Part(RoleForm), "Roles by name.")
    restrictions = Map(Part(RestrictionForm), "What holds over all roles, by name.")
    extends = Map(
        Either(Part(ExtendRoleForm), Part(ExtendRestrictionForm)),
        "Grants added to other modules' roles, by their names; changes of restrictions, by restriction:<name>.",
    )
