"""The form for a table: left open it is what `nodescope.fit` chooses; what is said is done; what to do names fields."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from hosts.conftest import Page

import nodescope as ns
from nodescope.hosts.fit_fields import FIELDS, in_page_words
from nodescope.hosts.summary import read
from nodescope.run.setting import READING
from nodescope.run.settings import table as settings

RNG = np.random.default_rng(5)
N = 120
SIZE = RNG.uniform(20, 120, N)
ISLAND = RNG.choice(["Biscoe", "Dream"], N)
RIPE = np.where(SIZE + 20 * RNG.normal(size=N) > 70, "yes", "no")
CSV = "size,island,id,ripe\n" + "".join(f"{SIZE[i]:.4f},{ISLAND[i]},row {i},{RIPE[i]}\n" for i in range(N))


def fitted(page: Page, content: str, **typed: Any) -> tuple[ns.Run, str]:
    """The run that a form makes of a table, and its page."""
    place = page.upload("t.csv", content.encode()).headers["location"]
    answer = page.post(place, urlencode(typed, doseq=True).encode())
    assert answer.status == 303, answer.text
    shown = page.done(answer.headers["location"]).text
    return page.desk.jobs.get(int(answer.headers["location"].rpartition("/")[2])).opened(), shown


def test_left_open_it_is_the_fit_of_the_package(page: Page, tmp_path: Path):
    run, shown = fitted(page, CSV, goal=3, input=[0, 1])
    (tmp_path / "t.csv").write_text(CSV)
    same = ns.fit(tmp_path / "t.csv", goal="ripe", inputs=["size", "island"]).run
    assert run.network.flat().tobytes() == same.network.flat().tobytes()
    assert run.recipe.classes == ("no", "yes")
    assert "What was decided" in shown
    assert "goal: ripe, one of 2 classes (no, yes); to predict it as a number: “squared (numbers)” at “Error”" in shown
    assert "Next: " in shown
    assert not re.search(r"\b(hidden|holdout|loss)=", shown.partition("What was decided")[2].partition("<script")[0])


def test_the_form_offers_what_fit_takes_and_says_why_a_column_is_left_out(page: Page):
    place = page.upload("t.csv", CSV.encode()).headers["location"]
    shown = page.get(place).text
    assert 'value="2"> id <span class="soft">(text, 120 different values)</span>' in shown
    assert 'value="1" checked> island' in shown
    for name in FIELDS:
        assert f'name="{name}"' in shown, name
    known = {*settings(), "hidden", "activation"}
    assert set(FIELDS) <= known


def test_what_is_said_is_done(page: Page):
    said = {
        "missing": "median", "categories": "one-hot", "unknown": "refuse", "standardise": "min-max", "penalty": "0.25",
        "classes": "yes,no", "holdout": "0.25", "hidden": "4", "activation": "tanh", "rule": "adam", "alpha": "0.01", "batch": "32",
        "epochs": "3", "keep": "last",
    }  # fmt: skip
    recipe = fitted(page, CSV, goal=3, input=[0, 1], **said)[0].recipe
    assert recipe.source is not None
    assert (recipe.source.missing, recipe.source.unknown) == ("median", "refuse")
    assert recipe.examples.scaling.unit[0] == np.ptp(SIZE[recipe.source.seen_rows].round(4))
    assert recipe.classes == ("yes", "no")
    assert recipe.penalty.l2 == 0.25
    assert len(recipe.source.unseen_rows) == N // 4
    assert [layer.activation.name for layer in recipe.problem.layers] == ["tanh", "sigmoid"]
    assert (recipe.rule.name, recipe.alpha, recipe.batch, recipe.epochs, recipe.keep) == ("adam", 0.01, 32, 3, "last")
    assert recipe.order == "shuffled"


def test_a_few_sizes_are_tried_and_a_number_may_be_a_class(page: Page):
    numbers = "a,b,y\n" + "".join(f"{SIZE[i]:.4f},{i % 7},{int(RIPE[i] == 'yes')}\n" for i in range(N))
    _, shown = fitted(page, numbers, goal=2, input=[0, 1], hidden="auto")
    assert "the best of 4 that were tried" in shown
    run, shown = fitted(page, numbers, goal=2, input=[0, 1], loss="squared")
    assert run.recipe.classes is None
    assert "goal: y, a number" in shown


def test_a_file_may_be_read_otherwise(page: Page):
    rows = "".join(f"{SIZE[i]:.2f}".replace(".", ",") + f";{i}\n" for i in range(N))
    place = page.upload("t.csv", ("size;y\n" + rows).encode()).headers["location"]
    assert "It is read with" in page.get(place).text
    again = page.post(place, urlencode({"look": "again", "delimiter": ";", "decimal": ",", "header": "yes"}).encode())
    assert again.headers["location"] == place
    shown = page.get(place).text
    assert 'name="decimal" value=","' in shown
    done = page.post(place, urlencode({"goal": 1, "input": 0, "delimiter": ";", "decimal": ","}).encode())
    page.done(done.headers["location"])
    assert page.desk.jobs.get(int(done.headers["location"].rpartition("/")[2])).opened().recipe.input_names == ("size",)
    wrong = page.post(place, urlencode({"look": "again", "delimiter": "ab"}).encode())
    assert wrong.status == 400
    assert "“What divides cells”" in wrong.text or "delimiter" in wrong.text
    assert set(READING) <= set(FIELDS)


def test_a_table_of_text_alone_can_be_fitted(page: Page):
    words = "colour,shape,ripe\n" + "".join(
        f"{'red' if RIPE[i] == 'yes' else 'green'},{'round' if i % 3 else 'long'},{RIPE[i]}\n" for i in range(N)
    )
    run, shown = fitted(page, words, goal=2, input=[0, 1])
    assert run.score.unseen.accuracy == 1.0
    assert "one of 2 classes" in shown


def test_remedies_name_fields():
    assert (
        in_page_words('fill it in, or give missing="drop" to leave')
        == "fill it in, or give “leave these rows out” at “Gaps” to leave"
    )
    assert in_page_words("holdout=0 learns from all") == "“0” at “Part kept unseen” learns from all"
    assert in_page_words('loss="cross-entropy"') == "“cross-entropy (classes)” at “Error”"


def test_a_refusal_names_the_field(page: Page):
    gaps = "a,b,y\n1,2,3\n,3,4\n2,5,6\n3,,7\n"
    place = page.upload("t.csv", gaps.encode()).headers["location"]
    refused = page.post(place, urlencode({"goal": 2, "input": [0, 1], "missing": "refuse"}, doseq=True).encode())
    assert refused.status == 400
    assert "“leave these rows out” at “Gaps”" in refused.text
    assert "<details open><summary>What is chosen for you" in refused.text


def test_what_was_decided_stays_with_the_run(tmp_path: Path):
    from nodescope.hosts.summary import Summary

    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=3)
    Summary.of(run, ["one", "two"]).write(tmp_path / "a.json", "name")
    found = read(tmp_path / "a.json")
    assert found is not None
    assert found[1].decided == ("one", "two")


@pytest.mark.parametrize("reading", ["x" * 3, "\0", "²"])
def test_rubbish_in_how_it_is_read_is_told(reading: str, page: Page):
    place = page.upload("t.csv", CSV.encode()).headers["location"]
    for name in READING:
        answer = page.post(place, urlencode({"look": "again", name: reading}).encode())
        assert answer.status in (303, 400), name
        if answer.status == 400:
            assert 'role="alert"' in answer.text
