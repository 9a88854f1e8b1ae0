"""What to do about a number that is not finite: a remedy for each operation, not one for all."""

from nodescope.run.recorded import Trouble

REMEDIES = {
    "log": "torch.log(x.clamp_min(1e-12)), or the loss that takes logits.",
    "log2": "x.clamp_min(1e-12) inside the logarithm.",
    "log10": "x.clamp_min(1e-12) inside the logarithm.",
    "log1p": "x.clamp_min(-1 + 1e-7) inside the logarithm.",
    "logit": "torch.logit(p, eps=1e-6).",
    "sqrt": "torch.sqrt(x + 1e-12): at 0 its slope is infinite.",
    "rsqrt": "torch.rsqrt(x + 1e-12).",
    "norm": "torch.sqrt((x * x).sum(-1) + 1e-12): at 0 a length has no slope.",
    "vector_norm": "torch.sqrt((x * x).sum(-1) + 1e-12): at 0 a length has no slope.",
    "cdist": "Leave out pairs of equal rows, or add a small number inside the root of the distance.",
    "pow": "A small number inside: (x + 1e-12) ** p; below 0 a root has no value.",
    "float_power": "A small number inside: below 0 a root has no value.",
    "acos": "torch.acos(x.clamp(-1 + 1e-6, 1 - 1e-6)): at 1 and −1 its slope is infinite.",
    "asin": "torch.asin(x.clamp(-1 + 1e-6, 1 - 1e-6)): at 1 and −1 its slope is infinite.",
    "atanh": "torch.atanh(x.clamp(-1 + 1e-6, 1 - 1e-6)).",
    "acosh": "torch.acosh(x.clamp_min(1 + 1e-6)).",
    "atan2": "A small number added to one of the two: at 0, 0 an angle has no slope.",
    "erfinv": "x.clamp(-1 + 1e-6, 1 - 1e-6) inside.",
    "reciprocal": "1 / (x + 1e-12), or x.clamp_min(1e-12).",
    "division": "A small number added to the divisor: a / (b + 1e-8); or leave such rows out.",
    "exp": "x.clamp(max=80) inside exp (11 in half precision), or torch.logsumexp in place of log of a sum of exp.",
    "expm1": "x.clamp(max=80) inside.",
    "sinh": "x.clamp(-80, 80) inside.",
    "cosh": "x.clamp(-80, 80) inside.",
    "softmax": "Leave one place of each row unmasked: a row of nothing but −inf has no softmax; or set such rows to 0 afterwards.",
    "log_softmax": "Leave one place of each row unmasked: a row of nothing but −inf has no softmax.",
    "logsumexp": "Leave one place of each row unmasked: a row of nothing but −inf has none; or a large number like −1e9 as mask.",
    "scaled_dot_product_attention": "Let each query see one place at least: where all are masked there is no softmax.",
    "multi_head_attention_forward": "Let each query see one place at least: where all are masked (padding only) there is no "
    "softmax.",
    "std": "x.std(unbiased=False) + 1e-8, or skip it where there is one number only: that has no deviation.",
    "var": "x.var(unbiased=False) + 1e-8, or skip it where there is one number only: that has no variance.",
    "mean": "Leave the mean out where there is nothing to take it of: x.mean() if x.numel() else 0.",
    "cross_entropy": "Leave batches out of whose labels none counts (all are ignore_index).",
    "nll_loss": "Leave batches out of whose labels none counts (all are ignore_index).",
    "binary_cross_entropy": "F.binary_cross_entropy_with_logits of the sums, without the sigmoid.",
    "lgamma": "x.clamp_min(1e-6) inside.",
    "digamma": "x.clamp_min(1e-6) inside.",
    "normalize": "A larger eps, or leave rows of zeros out.",
    "cosine_similarity": "A larger eps, or leave rows of zeros out.",
    "batch_norm": "More than one example in a batch, and a larger eps.",
    "layer_norm": "A larger eps.",
    "det": "Keep the matrix away from singular ones: A + 1e-6 * torch.eye(n).",
    "inverse": "Keep the matrix away from singular ones: A + 1e-6 * torch.eye(n).",
    "linalg_inv": "Keep the matrix away from singular ones: A + 1e-6 * torch.eye(n).",
    "linalg_eigh": "Eigenvectors of equal eigenvalues have no slope: A + torch.diag(1e-4 * torch.arange(n)), or eigenvalues alone.",
    "linalg_svd": "Singular vectors of equal values have no slope: a little noise on A, or singular values alone.",
    "linalg_cholesky": "A + 1e-6 * torch.eye(n): all eigenvalues have to be above 0.",
    "logdet": "Keep the matrix away from singular ones: A + 1e-6 * torch.eye(n).",
}
"""By the operation that gave it, or whose slope it is."""
RATE = "A smaller rate, or torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0) before the update."
HIDDEN = (
    "torch.where inside too: f(torch.where(ok, x, safe)), so that the branch not taken stays finite; its slope is taken all the "
    "same."
)


def remedy_of(found: Trouble) -> str:
    """What helps against a trouble."""
    if found.where == "the data":
        return "Look at the data: leave such rows out, or fill them in."
    operation = found.quantity.removeprefix("slope of ")
    if "where()" in found.text:
        return HIDDEN
    if "eps" in found.text and "is 0 in" in found.text:
        return "Keep the weights in float32 (torch.autocast for half precision), or eps=1e-4."
    if "so from the start" in found.text:
        return "Look at how it is drawn or loaded."
    return REMEDIES.get(operation, RATE)
