"""Write a view of the contract to a file: `python -m futureagi_simulate_contract view documented -o FILE`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from futureagi_simulate_contract.document import Document, load
from futureagi_simulate_contract.views import Profile, strict_view, whole_view

VIEWS: Final[Mapping[str, Callable[[Document], dict[str, Any]]]] = {
    "documented": lambda document: strict_view(document, Profile.DOCUMENTED),
    "observed": lambda document: strict_view(document, Profile.OBSERVED),
    "both": whole_view,
}


def text_of(view: Mapping[str, Any], *, as_json: bool = False) -> str:
    """Return a view as YAML, or as JSON."""
    if as_json:
        return json.dumps(view, indent=2, ensure_ascii=False) + "\n"
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - shared parts are written out
            return True

    return str(yaml.dump(view, Dumper=Plain, sort_keys=False, allow_unicode=True, width=110))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code: 2 for a bad argument or a file that can't be written."""
    parser = argparse.ArgumentParser(prog="python -m futureagi_simulate_contract", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    view = commands.add_parser("view", help="write a view of the contract")
    view.add_argument("name", help="documented, observed, or both: the whole, which says whose each part is")
    view.add_argument(
        "-o", "--output", default="-", metavar="FILE", help="JSON for .json, else YAML; - is stdout"
    )
    options = parser.parse_args(arguments)
    if options.name not in VIEWS:
        sys.stderr.write(f"There is no view {options.name!r}. Use one of {', '.join(VIEWS)}.\n")
        return 2
    try:
        text = text_of(VIEWS[options.name](load()), as_json=options.output.endswith(".json"))
        if options.output == "-":
            sys.stdout.write(text)
        else:
            Path(options.output).write_text(text, "utf-8")
    except (ImportError, OSError) as error:
        sys.stderr.write(f"The view can't be written: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
