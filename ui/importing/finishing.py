"""The last stage: a name, the job that imports, and the ways on from what was stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from recengine.errors import DataError, RecengineError
from recengine.jobs import Job
from recengine.storage import digest
from recengine.workspace import Workspace
from ui import actions, commands, jobs
from ui.importing import cleaning, proposal, roles, store, stored
from ui.importing.draft import Draft
from ui.importing.materials import Mapped
from ui.importing.reading import Brought
from ui.text import plain

NAME = "name of the dataset"


def show(workspace: Workspace, draft: Draft, found: Brought, pages: set[str]) -> None:
    """What will be imported, the button, and then the job or what came of it. pages: those that can be linked to."""
    job = _job(workspace, draft)
    if job is not None and job.is_over and draft.imported != _digest(draft, found):
        st.info("Changed since the last import: import again to store it so.", icon=":material/edit:")
        job = None
    if job is not None and job.state == "done":
        stored.show(workspace, draft.name, pages)
        again = st.expander("Import again", icon=":material/restart_alt:", key="import again", on_change="rerun")
        if again.open:
            with again:
                _ask(workspace, draft, found)
        return
    if job is not None and not job.is_over:
        jobs.job_panel(workspace.jobs, job, where="import")
        st.caption("It runs outside this page: leave or reload as you like.")
        return
    if job is not None:
        jobs.job_panel(workspace.jobs, job, where="import")
        st.caption("Nothing that was stored is changed. Change the mapping or the cleaning, then import again.")
        with st.container(horizontal=True):
            for stage, label in (("map", "To the mapping"), ("clean", "To the cleaning")):
                st.button(
                    label,
                    icon=":material/arrow_back:",
                    key=f"from the job to {stage}",
                    on_click=actions.attempt,
                    args=(lambda stage=stage: store.change(workspace, draft, lambda now: replace(now, stage=stage)),),
                )
    _ask(workspace, draft, found)


def _job(workspace: Workspace, draft: Draft) -> Job | None:
    try:
        return workspace.jobs.get(draft.job) if draft.job else None
    except RecengineError:  # forgotten meanwhile
        return None


def _ask(workspace: Workspace, draft: Draft, found: Brought) -> None:
    """The summary, the name and the button."""
    mapped = Mapped.of(draft, found)
    with st.container(border=True):
        st.subheader("What will be imported", anchor=False)
        st.markdown("\n".join(f"- {line}" for line in _summary(draft, found, mapped)))
        stopped = cleaning.show_unreadable(workspace, draft, mapped)
        st.session_state[NAME] = draft.name or suggested_name(draft, workspace)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name: str = st.text_input(
                "Name",
                key=NAME,
                max_chars=64,
                width=320,
                help="Letters, digits, dots, dashes and underscores.",
                on_change=actions.attempt,
                args=(_keeps_name(workspace, draft),),
            )
            problem = _name_problem(workspace, name)
            st.button(
                "Import",
                type="primary",
                icon=":material/upload_file:",
                key="import now",
                disabled=bool(problem) or stopped,
                on_click=actions.attempt,
                args=(lambda: _submit(workspace, draft, found, name),),
            )
        if problem:
            st.error(plain(problem), icon=":material/error:")
        elif name in workspace.dataset_names():
            st.info(
                plain(
                    f"There is a dataset {name!r} already. This import replaces it when it is done; until then, and if "
                    "it fails, the one of now stays."
                ),
                icon=":material/published_with_changes:",
            )


def _summary(draft: Draft, found: Brought, mapped: Mapped) -> list[str]:
    """What will be stored, a line each, as Markdown."""
    lines = []
    for kind in found.kinds:
        tables, columns = ", ".join(table.found.name for table in found.of(kind)), found.columns(kind)
        used = [
            column for column, role in roles.roles_of(proposal.pairs_of(draft, found, kind), columns).items() if role
        ]
        lines.append(f"**{kind.capitalize()}:** {plain(tables)}, {len(used)} of {len(columns)} columns used")
    steps = ", then ".join(cleaning.title(text) for text in draft.cleaning)
    lines.append(f"**Cleaning:** {plain(steps) if steps else 'none'}")
    with st.spinner("Counting what will be stored"):
        before, after = mapped.counts(), mapped.counts(draft.cleaning)
    said = f"**{after[2]:,} interactions** of {after[0]:,} users with {after[1]:,} items"
    lines.append(said if before == after else f"{said} after cleaning; {before[2]:,} interactions before")
    left_out = [table.found.name for table in found.tables if table.kind == "none"]
    left_out += [trouble.name for trouble in found.troubles]
    return [*lines, f"**Left out:** {plain(', '.join(left_out))}"] if left_out else lines


def _keeps_name(workspace: Workspace, draft: Draft) -> Callable[[], None]:
    return lambda: _keep_name(workspace, draft)


def _keep_name(workspace: Workspace, draft: Draft) -> None:
    name = st.session_state[NAME].strip()
    store.change(workspace, draft, lambda now: replace(now, name=name))


def _name_problem(workspace: Workspace, name: str) -> str:
    try:
        workspace.name_path(name)
    except DataError as error:
        return str(error)
    return ""


def _submit(workspace: Workspace, draft: Draft, found: Brought, name: str) -> None:
    named = replace(draft, name=name)
    job = commands.import_plan(workspace, proposal.plan_of(named, found)).submit(workspace)
    imported = _digest(named, found)
    store.change(workspace, draft, lambda now: replace(now, name=name, job=job.id, imported=imported))


def _digest(draft: Draft, found: Brought) -> str:
    return digest(proposal.plan_of(draft, found).to_json())


def suggested_name(draft: Draft, workspace: Workspace) -> str:
    """A name made of the first file's, one that no dataset has yet."""
    first = Path(draft.files[0]).name if draft.files else str(draft.statements[0].connection)
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", first.split(".")[0]).strip("-_")[:40] or "data"
    taken = set(workspace.dataset_names())
    names = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
