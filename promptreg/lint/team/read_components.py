"""Reading which components a rule requires or bans."""

from __future__ import annotations

from promptreg.lint.team.components import Components, Wanted
from promptreg.lint.team.fields import Fields
from promptreg.lint.team.names import glob_fault
from promptreg.model.ref import Constraint, Ref, RefFault

__all__ = ["read_components"]

_ROLES = ("system", "developer", "user", "assistant")


def read_components(fields: Fields, *, banned: bool) -> Components:
    """The keys `components`, `role` and `always`."""
    if "components" not in fields.data:
        fields.fault((), 'the key "components" is missing')
    wanted = []
    for index, text in enumerate(fields.texts(("components",), fields.data.get("components", []))):
        name, at, _ = text.partition("@")
        fault = glob_fault(name)
        versions = Constraint("")
        if fault is None and at:
            try:
                versions = Ref.parse(f"any@{text.partition('@')[2]}").constraint
                if versions.label is not None:
                    fault = "names a label: labels are for prompts that are called, not for their parts"
            except RefFault as error:
                fault = str(error)
        if fault:
            fields.fault(("components", index), fault)
        wanted.append(Wanted(name, versions))
    if "components" in fields.data and not wanted:
        fields.fault(("components",), "must not be empty")
    role = fields.choice("role", _ROLES) if "role" in fields.data else None
    return Components(tuple(wanted), banned, role, fields.flag("always", default=True))
