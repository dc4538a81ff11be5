"""Worth of each scorer: what it adds to the mixture, beside what it takes."""

from __future__ import annotations

import streamlit as st

from recengine.reports import figures
from recengine.reports.words import measure_label
from recengine.scenario import default_gaps
from recengine.tuning import find_measure
from recengine.workspace import ScorersWorth
from ui import actions, charts, exports, jobs, state
from ui.frame import Open
from ui.text import plain
from ui.weights import verbs
from ui.weights.measures import worth_table, worth_words

HELP = """
The **Shapley value**: what a scorer adds to the scorers before it, averaged over every order in which they could come.
The values add up to what the whole mixture has. Of a gap between groups, less is better: there a scorer with a negative
value makes the mixture fairer. Measured on the validation part, with the weights of now.
"""


def show_worth(page: Open) -> None:
    """A job finds it; then bars and a table, and a sentence for each scorer."""
    scenario = state.current().scenario
    if scenario.all_data:
        st.info("Fitted on all data, so nothing is left to measure on. Choose a split.", icon=":material/info:")
        return
    measures = ("ndcg", "coverage", *default_gaps(page.dataset))
    command = verbs.worth(page.workspace, page.dataset, scenario, measures)
    job = command.latest(page.workspace)
    st.markdown("What does each scorer earn, with the weights of now?", help=HELP)
    if job is None or job.state != "done":
        if job is None or job.is_over:
            st.button(
                "Find what each is worth",
                type="primary",
                icon=":material/payments:",
                key="find worth",
                on_click=actions.attempt,
                args=(lambda: verbs.submit(page.workspace, scenario, command),),
            )
        if job is not None:
            jobs.job_panel(page.workspace.jobs, job, where="worth")
        return
    _show(page.workspace.scorers_worth(page.dataset, scenario, measures), scenario.k)


def _show(answer: ScorersWorth, k: int) -> None:
    told = answer.worth
    labels = {name: cost.label for name, cost in answer.costs.items()}
    st.markdown("\n".join(f"- {plain(line)}" for line in worth_words(told, answer.costs, k)))
    with st.grid(len(told.shapley), min_column_width=320):
        for measure in told.shapley:
            less = "" if find_measure(measure).higher_is_better else "; less is better"
            with st.container(gap="xsmall"):
                st.markdown(f"**{plain(measure_label(measure, k))}**, {told.whole[measure]:.4f} in all{less}")
                charts.show(
                    figures.worth_figure(told, measure, labels=labels, k=k, theme=charts.PAGE),
                    alt=figures.worth_alt(told, measure, labels=labels, k=k),
                    key=f"worth {measure}",
                )
    table = worth_table(told, answer.costs, k)
    number = st.column_config.NumberColumn(format="%.4f")
    st.dataframe(
        table,
        hide_index=True,
        key="worth table",
        column_config={name: number for name in table.columns if ":" in name}
        | {"weight": st.column_config.NumberColumn("weight", format="percent")},
    )
    how = "every set of scorers was looked at" if told.exact else "orders were drawn at random; bars show their error"
    st.caption(plain(f"Exact: {how}, {told.subsets:,} sets." if told.exact else f"{how.capitalize()}."))
    exports.table_csv("worth", "Worth as CSV", lambda: table)
