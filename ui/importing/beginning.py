"""What an import can go on from: drafts that were begun, and the imports of datasets that are stored."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import streamlit as st

from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.data.mapping.roles import table_of
from recengine.data.sources import TableKind
from recengine.errors import RecengineError
from recengine.workspace import Workspace
from recengine.workspace.drafts import new_draft_id
from ui import actions
from ui.importing import reading, store
from ui.importing.draft import Draft, Use, table_key
from ui.job_words import ago
from ui.text import plain

SHOWN = 5
"""Drafts that are listed, the latest."""


def show(workspace: Workspace) -> None:
    """The ways on; nothing where there is none."""
    drafts = _drafts(workspace)
    names = [name for name in workspace.dataset_names() if plan_of(workspace, name) is not None]
    if not drafts and not names:
        return
    st.subheader("Or go on", anchor=False)
    with st.container(gap="xsmall"):
        for draft, changed in drafts:
            _show_draft(workspace, draft, changed)
    if names:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.selectbox("Change the import of a dataset", names, key="dataset to edit", width=320)
            st.button(
                "Edit",
                icon=":material/edit:",
                key="edit import",
                help="Opens its files, mapping and cleaning as a draft. What is stored stays until you import again.",
                on_click=actions.attempt,
                args=(lambda: edit(workspace, name),),
            )


def edit(workspace: Workspace, name: str) -> Draft | None:
    """Make a draft of the import that made a dataset, and show it; None where nobody knows how it was imported."""
    plan = plan_of(workspace, name)
    if plan is None:
        return None
    draft = draft_of(plan)
    found = reading.brought(workspace, draft)
    # what the plan did not read from its files stays out
    others: dict[str, Use] = {table_key(table.source): "none" for table in found.tables if not table.chosen}
    return store.change(workspace, draft, lambda now: Draft(**{**vars(now), "uses": {**now.uses, **others}}))


def draft_of(plan: ImportPlan) -> Draft:
    """A draft that says what `plan` says."""
    sources = [(kind, source) for kind, listed in plan.tables.items() for source in listed]
    pairs: dict[TableKind, dict[str, str]] = {kind: {} for kind in plan.tables}
    for key, value in plan.mapping.items():
        if value and table_of(key) in pairs:
            pairs[table_of(key)][key] = value
    return Draft(
        id=new_draft_id(),
        name=plan.name,
        stage="map",
        files=tuple(dict.fromkeys(source.path for _, source in sources if source.path is not None)),
        statements=tuple(source for _, source in sources if source.path is None),
        uses={table_key(source): kind for kind, source in sources},
        pairs=pairs,
        positive_from=plan.positive_from,
        cleaning=plan.cleaning,
    )


def plan_of(workspace: Workspace, name: str) -> ImportPlan | None:
    """How a dataset was imported, where that is known."""
    with suppress(RecengineError):  # damaged: its page says so
        return workspace.dataset_plan(name)
    return None


def _drafts(workspace: Workspace) -> list[tuple[Draft, datetime]]:
    found = []
    for draft, changed in workspace.drafts().items():
        with suppress(RecengineError):  # damaged, or of another version
            document = workspace.draft(draft)
            if document is None:
                continue
            made = Draft.from_json({**document, "id": draft})
            if not made.is_empty and not _is_stored(workspace, made):
                found.append((made, datetime.fromtimestamp(changed, UTC)))
        if len(found) == SHOWN:
            break
    return found


def _is_stored(workspace: Workspace, draft: Draft) -> bool:
    """Whether it has done what it was for: it can be edited as the import of its dataset."""
    with suppress(RecengineError):
        return bool(draft.job) and workspace.jobs.get(draft.job).state == "done"
    return False


def _show_draft(workspace: Workspace, draft: Draft, changed: datetime) -> None:
    names = [reading.name_of(TableSource(path=path)) for path in draft.files]
    names += [reading.name_of(one) for one in draft.statements]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"draft_{draft.id}"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{plain(draft.name or 'Not named yet')}**")
            st.caption(plain(f"{', '.join(names)} · changed {ago(changed, datetime.now(UTC))}"))
        st.button("Open", icon=":material/edit_note:", key=f"open {draft.id}", on_click=store.show, args=(draft,))
        st.button(
            "Delete",
            icon=":material/delete:",
            key=f"delete {draft.id}",
            type="tertiary",
            help="Forget this draft; what it imported stays.",
            on_click=actions.attempt,
            args=(lambda: workspace.delete_draft(draft.id),),
        )
