"""The documentation has what the code has, and the words of the project; what a reader types in can be typed in."""

import ast
import codeop
import re
from pathlib import Path

import pytest
from conftest import ROOT

DOCS = ROOT / "docs"
WORDS = """weight, input, goal, prediction, delta, mse, weighted delta, alpha, alpha delta, new weight, stall, step, epoch,
batch, rule, bias, converges, oscillates, diverges, marginal, slow convergence, not converged, irreducible error,
vanishing gradients, exploding gradients, limit, factor, recipe, run, trace, checkpoint, ending, forecast, finding,
verdict, proof, settle, cycle, rounding floor, noise floor, ill-conditioned, plateau, dead node, saturated node,
unseen rows, standardise, RMSE, R²"""


def test_the_glossary_has_the_words_of_the_project():
    rows = [
        line.split("|")[1:-1] for line in (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    entries = {row[0].strip() for row in rows}
    assert set(re.split(r",\s+", WORDS)) - entries == set()
    assert all(len(row) == 4 and all(cell.strip() for cell in row) for row in rows)


def test_every_finding_is_described():
    """Each name that is written in a call of `Finding` stands in docs/verdicts.md, with when it is made."""
    text = (DOCS / "verdicts.md").read_text(encoding="utf-8")
    names = set()
    for path in (ROOT / "src" / "nodescope" / "diagnosis" / "after").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Finding" and call.args:
                first = call.args[0]
                names |= {first.value} if isinstance(first, ast.Constant) else set()
    assert len(names) > 30
    assert {name for name in names if f"`{name}`" not in text} == set()


@pytest.mark.parametrize("page", sorted((DOCS / "learn").glob("[1-9]*.md")), ids=lambda page: page.stem)
def test_a_chapter_can_be_pasted_at_pythons_prompt(page: Path):
    """For the prompt of Python before 3.13 a loop ends with an empty line, and with nothing else."""
    blocks = re.findall(r"```\{code-cell\} ipython3\n(?::tags:.*\n)?(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        waiting: list[str] = []
        for line in [*block.strip("\n").split("\n"), ""]:
            waiting.append(line)
            if codeop.compile_command("\n".join(waiting), symbol="single"):
                waiting = []
        assert "".join(waiting).strip() == "", block
