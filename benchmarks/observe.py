"""What observing a PyTorch training costs in time and memory: with and without, interleaved, medians (`make bench-observe`)."""

import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

STEPS, TIMES = 1000, 3


def peak(model: str, optimizer: str, way: str, observed: bool) -> int:
    """Kilobytes of a process that makes the training once."""
    code = (
        f"import sys; sys.path.insert(0, {sys.path[0]!r}); from frameworks.trainings import train; "
        f"train({model!r}, {optimizer!r}, {way!r}, {STEPS}, {observed}); "
        "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def main() -> None:
    from frameworks.trainings import MODELS, OPTIMIZERS, WAYS, train

    print(f"{'model':<24}{'optimizer':<10}{'way':<12}{'alone':>9}{'observed':>10}{'ratio':>7}{'records':>9}{'more memory':>13}")
    for model in MODELS:
        for optimizer in OPTIMIZERS:
            for way in WAYS:
                alone, seen, run = [], [], None
                for _ in range(TIMES):
                    alone.append(train(model, optimizer, way, STEPS, observed=False).seconds)
                    trained = train(model, optimizer, way, STEPS, observed=True)
                    seen.append(trained.seconds)
                    run = trained.run
                more = (peak(model, optimizer, way, True) - peak(model, optimizer, way, False)) / 1024
                a, b = (1000 * median(times) / STEPS for times in (alone, seen))
                records = len(run.records) if run else 0
                print(f"{model:<24}{optimizer:<10}{way:<12}{a:>6.2f} ms{b:>7.2f} ms{b / a:>7.2f}{records:>9}{more:>10.0f} MB")
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main()
