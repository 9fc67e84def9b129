"""Stations and the web application on the same bags at once; the small sister of ``centre.together``.

Every run begins with the same seed; TOGETHER_SEED explores others.
"""

import os

from centre.together_run import Plan, run

SEED = int(os.environ.get("TOGETHER_SEED", "20260105"))


def test_whatever_they_do_together_no_rule_breaks_and_no_posting_is_in_a_deadlock(central_url: str):
    plan = Plan(connections=8, stations=4, transactions=300, seed=SEED, statistics_triggers=True)

    result = run(central_url, plan)

    assert result.wrong == (), plan
    assert result.tally.reasons["posted"] > 100


def test_beside_careful_work_of_the_web_application_every_figure_stays_true(central_url: str):
    plan = Plan(connections=8, stations=4, transactions=200, seed=SEED, careful=True)

    result = run(central_url, plan)

    assert (result.wrong, result.drift) == ((), ()), plan
