"""Characters and chats from the command line: `python -m pyg_ui.library inspect FILE...` and `convert IN... OUT`.

`inspect` prints one JSON object a file, each on a line of its own. Problems are printed to the standard error, one
line a file. The exit status is 1 if any file could not be used; the other files are still processed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pyg_ui.errors import InputError
from pyg_ui.library.containers.json_text import dump_json
from pyg_ui.library.containers.text import plain_text
from pyg_ui.library.conversion import FORMATS, convert_file
from pyg_ui.library.descriptions import describe
from pyg_ui.library.recognition import recognise_file


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    problems = _inspect(options.files) if options.command == "inspect" else _convert(options)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _inspect(paths: Sequence[Path]) -> list[InputError]:
    problems = []
    for path in paths:
        try:
            description = describe(recognise_file(path))
        except InputError as error:
            problems.append(error)
        else:
            file = {"file": plain_text(str(path))} if len(paths) > 1 else {}
            sys.stdout.write(dump_json({**description, **file}, indent=None))
    return problems


def _convert(options: argparse.Namespace) -> list[InputError]:
    problems = []
    if len(options.files) > 1 and not options.out.is_dir():
        return [InputError("{path} is no folder. Several files need one to be written to.", path=options.out)]
    for path in options.files:
        try:
            converted = convert_file(path, options.out, options.to)
        except InputError as error:
            problems.append(error)
        else:
            lost = f" (left behind: {', '.join(converted.lost)})" if converted.lost else ""
            print(f"{path} -> {', '.join(map(str, converted.paths))}{lost}")
    return problems


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pyg_ui.library", description="Sort characters and chats.")
    commands = parser.add_subparsers(dest="command", required=True)
    inspect = commands.add_parser("inspect", help="print what files hold as JSON, one object a line")
    inspect.add_argument("files", nargs="+", type=Path, metavar="FILE")
    convert = commands.add_parser("convert", help="write files in another format")
    convert.add_argument("files", nargs="+", type=Path, metavar="IN")
    convert.add_argument("out", type=Path, metavar="OUT", help="a file, or a folder for any number of files")
    convert.add_argument("--to", choices=FORMATS, metavar="FORMAT", help=f"one of {', '.join(FORMATS)}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
