"""What people call the numbers of a step: from the words above a column, or before a number, to the quantities that it may be.

A name may mean several quantities ("error": the delta, or its square): each is tried, the likelier first, and the numbers decide.
A column that has a trace's own name ("weight", "new_weight") is held to it.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST_NAME = 200
"""Letters of a name that are looked at: what is longer is no name of a quantity."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COUNTERS = _words(
    "step steps iteration iterations iter iters it i t n k j epoch epochs no nr num number index idx row round pass trial #"
) | {""}
"""Words that count rows; some of them may mean something else too."""
EPOCHS = _words("epoch epochs pass")

WEIGHTS = _words("w weight weights wt slope m coef coefs coefficient coefficients theta beta param parameter omega")
BIASES = _words("b bias biases intercept c offset const constant")
EITHER = _words("a")
"""y = a x + b, or y = a + b x."""

DELTAS = _words("delta deltas residual residuals diff difference error errors err e raw_error d")
ERRORS = _words(
    """mse loss losses cost costs j error errors err e sse rmse rss ssr sum_of_squares squared_error square_error squared_errors
    total_error mean_squared_error mean_square_error root_mean_squared_error cost_function half_mse objective l"""
)
PREDICTIONS = _words(
    "prediction predictions pred preds predicted output outputs out o yhat y_hat y_pred hypothesis h guess estimate net z s p y f_x"
)
GOALS = _words("goal goals target targets label actual truth y_true true expected desired d t y g")
INPUTS = _words("input inputs x xs feature features x_i")
GRADIENTS = _words(
    """weighted_delta weight_delta gradient gradients grad grads dw dm dtheta djdw dj_dw w_grad grad_w weight_gradient derivative
    slope_gradient"""
)
BIAS_GRADIENTS = _words("bias_weighted_delta db dc djdb dj_db b_grad grad_b bias_gradient bias_grad grad_bias")
MOVES = _words("alpha_delta update updates delta_w weight_update change change_in_weight step_size adjustment dw weight_change")
BIAS_MOVES = _words("bias_delta delta_b bias_update db bias_change")
ALPHAS = _words("alpha lr eta learning_rate rate")

_LETTERS = {
    "θ": "theta",
    "ϑ": "theta",
    "β": "beta",
    "δ": "delta",
    "Δ": "delta_",
    "α": "alpha",
    "η": "eta",
    "ω": "omega",
    "∂": "d",
    "∆": "delta_",
}
_WHEN = re.compile(r"^(?:the_)?(new|updated|next|old|current|previous|start)_|_(new|updated|after|next|old|before|current)$")
_LATER = frozenset({"new", "updated", "next", "after"})


@dataclass(frozen=True)
class Word:
    """A name taken apart: "New weight[1]" is the stem `weight`, when `new`, index (1,)."""

    stem: str
    index: tuple[int, ...] = ()
    when: str = ""

    @property
    def is_counter(self) -> bool:
        return not self.index and not self.when and self.stem in COUNTERS


def word_of(header: str) -> Word:
    """The name as a word: alphaDelta, "Alpha delta" and alpha-delta are alpha_delta; θ₁, theta_1 and theta[1] are theta, 1."""
    text = unicodedata.normalize("NFKC", header.strip()[:LONGEST_NAME])
    text = re.sub(r"(ŷ|y\u0302)", "y_hat", text)
    for letter, name in _LETTERS.items():
        text = text.replace(letter, name)
    found = re.fullmatch(r"(.*?)[\s_]*[\[({]?[\s_]*((?:\d{1,6}(?!\d)[\s,]*)*)[\])}]?(?:\s*(?:is|are|was|now))?", text)
    base, index = (found[1], found[2]) if found else (text, "")
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", base.strip())
    snake = re.sub(r"[^\w#]+", "_", snake).lower().strip("_")
    when = _WHEN.search(snake)
    said = (when[1] or when[2]) if when else ""
    stem = _WHEN.sub("", snake) if when else snake
    stem = stem.removeprefix("the_").removesuffix("_is") or stem
    return Word(stem, tuple(int(v) for v in re.findall(r"\d+", index)), ("new" if said in _LATER else "old") if said else "")


def forward_quantities(word: Word) -> tuple[str, ...]:
    """Quantities that are no weights, the likelier first; () where the name says nothing that is known."""
    stem = word.stem if _is_known(word.stem) else _last_known(word.stem)
    said = (
        ("mse", ERRORS if stem not in DELTAS else frozenset()),
        ("prediction", PREDICTIONS - GOALS),
        ("goal", GOALS),
        ("prediction", PREDICTIONS),
        ("input", INPUTS),
        ("weighted_delta", GRADIENTS),
        ("bias_weighted_delta", BIAS_GRADIENTS),
        ("alpha_delta", MOVES),
        ("bias_delta", BIAS_MOVES),
        ("alpha", ALPHAS),
        ("delta", DELTAS),
        ("mse", ERRORS),
    )
    return tuple(dict.fromkeys(name for name, words in said if stem in words))


def _is_known(stem: str) -> bool:
    return any(stem in words for words in _ALL)


def _last_known(stem: str) -> str:
    """The longest end of a name that is known: "total cost" is a cost."""
    parts = stem.split("_")
    ends = ["_".join(parts[i:]) for i in range(1, len(parts))]
    return next((end for end in ends if len(end) > 1 and _is_known(end)), stem)


def state_stem(word: Word) -> str:
    """The stem if it names a weight or a bias, else ""."""
    if word.stem in _STATE:
        return word.stem
    last = word.stem.rpartition("_")[2]
    return last if last in _STATE and len(last) > 1 and not _is_known(word.stem) else ""


def is_said(word: Word) -> bool:
    """Whether a name says anything that is known."""
    return word.is_counter or bool(state_stem(word) or forward_quantities(word))


_STATE = WEIGHTS | BIASES | EITHER
_ALL = (ERRORS, DELTAS, PREDICTIONS, GOALS, INPUTS, GRADIENTS, BIAS_GRADIENTS, MOVES, BIAS_MOVES, ALPHAS)
