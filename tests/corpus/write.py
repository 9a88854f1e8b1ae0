"""Write the corpus anew: ``python tests/corpus/write.py "reason for CHANGELOG"``. Where it is there already a reason is needed.

``python tests/corpus/write.py --new`` writes the lines of recipes that have none, and leaves the others as they are.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from corpus import record


def line(name: str) -> str:
    """A recipe's line; what raises is not written down."""
    return json.dumps({"recipe": name, **{part: make(name) for part, make in record.PARTS.items()}}, ensure_ascii=False)


def main(arguments: list[str]) -> int:
    reason = " ".join(arguments).strip()
    if record.FILE.exists() and not reason:
        print(f"{record.FILE.name} is there: say why it changes, for CHANGELOG", file=sys.stderr)
        return 2
    if os.environ.get("NODESCOPE_ENGINE") == "plain":
        print("the corpus is written by the compiled engine; the plain one is held to it", file=sys.stderr)
        return 2
    if arguments == ["--new"]:
        known = record.stored()
        lines = [line(name) for name in record.all_recipes() if name not in known]
        with record.FILE.open("a", encoding="utf-8") as file:
            file.writelines(f"{text}\n" for text in lines)
        print(f"{len(lines)} recipes written.")
        return 0
    old = set(record.FILE.read_text(encoding="utf-8").splitlines()) if record.FILE.exists() else set()
    lines = [line(name) for name in record.all_recipes()]
    record.FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} recipes written, {len(set(lines) - old)} of them new or changed.")
    print(f"For CHANGELOG: the corpus of bits changed: {reason or 'it is new'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
