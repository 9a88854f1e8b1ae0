"""What has no end is read no further than anything of its kind goes: devices, links to them, pipes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import nodescope as ns

SEED = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1}
pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(not os.path.exists("/dev/urandom"), reason="this system has no such devices"),
]
USES = {
    "a recipe": ns.read_recipe,
    "a sheet": lambda path: ns.grade(path, **SEED),
    "a table": lambda path: ns.descend(data=path, goal="y"),
    "a fit": lambda path: ns.fit(path, goal="y"),
    "an inspection": ns.inspect,
    "a run": ns.load,
}


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/full"])
@pytest.mark.parametrize("use", USES)
def test_a_link_to_what_has_no_end(use: str, device: str, tmp_path: Path):
    """Story: a recipe that was a link to /dev/zero took all memory there was."""
    link = tmp_path / ("r.toml" if use == "a recipe" else "t.csv")
    link.symlink_to(device)
    for path in (link, Path(device)):
        with pytest.raises((ns.InputError, ns.FileError)) as refused:
            USES[use](path)
        assert len(str(refused.value).splitlines()) == 1


def test_standard_input_without_an_end():
    command = f"yes 'w: 0.4' | {sys.executable} -m nodescope grade - --weight 0.4 --input 1 --goal 0.6 --alpha 0.1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "nodescope: standard input has more than 64 MiB, and is no recipe or sheet; give another file\n"
