"""What a head read from files can express of the built-in head's words, and how FLAME's expressions were come by.

    python tools/other_heads.py ict FOLDER
    python tools/other_heads.py flame FOLDER

Prints Markdown tables: for every macro and slider of the built-in head the share of its displacement that the
model's identities explain on the face; for FLAME also, expression by expression, the share that its own directions
and jaw explain, and whether the carried displacement was taken instead.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from dreamhead.head.borrow import LEAST_EXPLAINED
from dreamhead.head.linear import LinearHead
from dreamhead.head.load import load_head
from dreamhead.head.model import ARKIT_NAMES


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", choices=("ict", "flame"))
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    head = load_head(asked.model, str(asked.folder.resolve()))
    assert isinstance(head, LinearHead)
    print("| word | explained | |\n|---|---|---|")
    for name, share in sorted(head.words_explained.items(), key=lambda item: -item[1]):
        print(f"| {name} | {share:.2f} | {'' if share >= LEAST_EXPLAINED else 'left out'} |")
    if head.expressions_explained:
        print("\n| expression | explained | taken |\n|---|---|---|")
        for name in ARKIT_NAMES:
            share = head.expressions_explained.get(name)
            print(f"| {name} | {'| carried' if share is None else f'{share:.2f} | fitted'} |")


if __name__ == "__main__":
    main()
