"""Instructions that each kernel takes for a row, counted by callgrind: `python benchmarks/speed/counts.py` (gcc, valgrind).

A count does not vary with the neighbours of a machine, as times do. Each kernel goes twice, over some rows and over three times as
many: the difference is what the rows take, without setting out. Valgrind knows registers of four doubles at most, and an old one
(3.19) not each instruction that gcc has for these: what it cannot run is a dash.
"""

import re
import subprocess
import tempfile
from pathlib import Path

ARITHMETIC = Path(__file__).parents[2] / "src" / "nodescope" / "arithmetic"
STRICT = ["-std=gnu11", "-O3", "-ffp-contract=off", "-fno-math-errno", f"-I{ARITHMETIC}"]
WIDTHS = {"sse2": [], "avx2": ["-mavx2"], "avx512": ["-mavx512f", "-mavx512dq", "-mavx512vl"]}
PREDICTED: dict[str, tuple[str, dict[int, float]]] = {
    "node": ("5 of the chain, 3 compares with their branches, the count", {2: 15, 4: 15}),
    "row-4": ("4 × (load, mul, add; mul, mul, sub, xor, or, move) and 20 around them", {2: 56, 4: 56}),
    "row-10": ("per W: 3 loads, 3 mul, sub, xor, or, store, 2 for the loop; per input an add and a shuffle", {2: 110, 4: 85}),
    "row-30": ("per W: load, 3 mul, add, sub, xor, or; 40 around them", {2: 200, 4: 104}),
    "row-100": ("per W: 3 loads, 3 mul, add, sub, xor, or, store; half a loop's 3; 40 around them", {2: 640, 4: 340}),
    "row-1000": ("the same, and asking ahead", {2: 6200, 4: 3200}),
    "batch-100": ("per row and W: load, W/2 shuffles' share, broadcast, mul, add; load, mul, add", {2: 400, 4: 210}),
    "batch-100-lanes": ("per row and W: 2 loads, mul, add; load, mul, add; 15 for the lanes' sum", {2: 390, 4: 205}),
    "batch-100-parts": ("as without parts, and 5 of adding up parts", {2: 405, 4: 215}),
    "layers-2-8-8-1": ("3 products of 97 weights each 2 ÷ W, 17 tanh of 90 ÷ W, and the products' setting out", {2: 1900, 4: 1100}),
    "layers-8-64-64-1": ("3 products of 4,800 weights, each (mul, add) ÷ W, loads a quarter", {2: 17000, 4: 8600}),
}
"""By hand, before counting: in words, and a number by the width of a register."""


def built(folder: Path) -> Path:
    """The driver with every width."""
    objects = []
    for width, flags in WIDTHS.items():
        objects.append(str(folder / f"{width}.o"))
        kernels = ["-ffreestanding", f"-DNS_TABLE=ns_table_{width}", "-c", str(ARITHMETIC / "kernels.c"), "-o", objects[-1]]
        subprocess.run(["gcc", *STRICT, *flags, *kernels], check=True)
    driver = Path(__file__).with_name("counts.c")
    made = folder / "counts"
    subprocess.run(["gcc", *STRICT, "-DNS_WIDTHS", str(driver), str(ARITHMETIC / "core.c"), *objects, "-o", str(made)], check=True)
    return made


def counted(program: Path, kernel: str, rows: int, width: int) -> int | None:
    """Instructions of one walk; None where valgrind cannot run it."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=ns_walk", str(program), kernel,
         str(rows), str(width)], check=False, capture_output=True, text=True,
    )  # fmt: skip
    found = re.search(r"Collected : (\d+)", done.stderr)
    return int(found[1]) if found and done.returncode == 0 else None


def main() -> None:
    """The table, as Markdown."""
    print("| kernel | registers of 2: predicted, counted | of 4: predicted, counted | predicted from |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        program = built(Path(folder))
        for kernel, (words, predicted) in PREDICTED.items():
            rows, cells = 256, []
            for width, expected in predicted.items():
                few, many = (counted(program, kernel, times * rows, width) for times in (2, 6))
                each = "–" if few is None or many is None else f"{(many - few) / (4 * rows):,.1f}"
                cells.append(f"{expected:,.0f}, {each}")
            print(f"| {kernel} | {' | '.join(cells)} | {words} |", flush=True)


if __name__ == "__main__":
    main()
