"""The report of a page: a file of the workspace, which a job writes where it is not there yet."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from recengine.errors import StoreError
from recengine.jobs import Job
from recengine.scenario import Scenario
from recengine.workspace import Workspace
from ui import actions, commands, jobs
from ui.commands import Command
from ui.text import plain

WAITED = "report waited for"
SUBMITTED = "report submitted"
READ_ONLY = (
    "A report is a file of the workspace, so it needs one that can be written. The command beside writes the same "
    "report to any folder, and the other downloads are there."
)


@dataclass(frozen=True)
class Written:
    """A report that is there. at: when it was written, UTC."""

    path: Path
    at: datetime
    n_bytes: int

    def content(self) -> bytes:
        """The file, whole. Raises `StoreError` where it is gone, as the oldest reports are when others are written."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise StoreError(
                f"{self.path}: the report cannot be read ({error.strerror}). Reload the page to have it written again."
            ) from error


def written(command: Command) -> Written | None:
    """The report that `command` writes, if it is there. It was put there whole, so that no half is ever seen."""
    path = commands.report_file(command)
    try:
        facts = path.stat()
    except OSError:
        return None
    st.session_state.pop(WAITED, None)
    return Written(path, datetime.fromtimestamp(facts.st_mtime, UTC), facts.st_size)


def follow(workspace: Workspace, scenario: Scenario, command: Command, *, long: str = "") -> None:
    """Have a report written that is not there, and show how far it is; the page runs anew when it is.

    One that ended without a result is told with its reason; it is not started again unasked. long: why it takes long,
    in words; then it is not started unasked at all.
    """
    job = command.latest(workspace)
    if job is None or (job.state == "done" and job.id != st.session_state.get(WAITED)):
        if written(command) is not None:  # ended between two looks
            st.rerun()
        if long:
            _offer(workspace, scenario, command, long)
            return
        try:
            job = _submit(workspace, scenario, command)
        except StoreError as error:
            st.error(plain(str(error)), icon=":material/error:")
            st.caption(READ_ONLY)
            return
    if job.state == "done" and written(command) is not None:
        st.rerun()
    if job.is_over:
        _tell(workspace, scenario, command, job)
    else:
        st.session_state[WAITED] = job.id
    jobs.job_panel(workspace.jobs, job, where="report")
    if not job.is_over:
        st.caption(
            "The report is shown when it is written. That goes on outside this page: leave or reload as you like."
        )


def _offer(workspace: Workspace, scenario: Scenario, command: Command, long: str) -> None:
    st.markdown(f":material/hourglass_top: {plain(long)}")
    st.button(
        "Write the report",
        icon=":material/play_arrow:",
        key="write",
        help="As a job, beside this page. It can be cancelled; what was read until then is kept.",
        on_click=actions.attempt,
        args=(lambda: _submit(workspace, scenario, command),),
    )


def _tell(workspace: Workspace, scenario: Scenario, command: Command, job: Job) -> None:
    lost = job.state == "done"
    st.warning(
        "The report was written, but is gone." if lost else "The report was not written.", icon=":material/draft:"
    )
    if lost:
        st.button(
            "Write again",
            icon=":material/restart_alt:",
            key="write_again",
            on_click=actions.attempt,
            args=(lambda: _submit(workspace, scenario, command),),
        )


def _submit(workspace: Workspace, scenario: Scenario, command: Command) -> Job:
    """Have it written. What this session asked for before, and waits in the queue, is of no use to it any more."""
    _withdraw(workspace)
    workspace.save_scenario(scenario)
    workspace.prune_reports()
    job = command.submit(workspace)
    st.session_state[SUBMITTED] = job.id
    return job


def _withdraw(workspace: Workspace) -> None:
    """Forget the session's report that has not begun; another session that waits for it has it written then."""
    asked = st.session_state.pop(SUBMITTED, None)
    if asked is None:
        return
    with suppress(StoreError):  # deleted, or begun meanwhile: then it ends as it would have
        if workspace.jobs.get(asked).state == "queued":
            workspace.jobs.cancel(asked)
            workspace.jobs.delete(asked)
