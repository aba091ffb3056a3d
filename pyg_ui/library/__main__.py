"""Files from the command line: `python -m pyg_ui.library inspect FILE...` and `convert IN... OUT`.

`inspect` prints one JSON object a file, each on a line of its own. Problems are printed to the standard error, one
line a file. The exit status is 1 if any file could not be used; the other files are still processed.
"""

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
    if options.command == "convert" and len(options.files) > 1 and not options.out.is_dir():
        print(f"{options.out} is no folder. Several files need one to be written to.", file=sys.stderr)
        return 1
    status = 0
    for path in options.files:
        try:
            print(_inspect(path, options) if options.command == "inspect" else _convert(path, options))
        except InputError as error:
            print(error, file=sys.stderr)
            status = 1
    return status


def _inspect(path: Path, options: argparse.Namespace) -> str:
    """What the file holds, as JSON in a line; of several files, each names itself."""
    file = {"file": plain_text(str(path))} if len(options.files) > 1 else {}
    return dump_json({**describe(recognise_file(path)), **file}, indent=None).removesuffix("\n")


def _convert(path: Path, options: argparse.Namespace) -> str:
    """Convert the file and say what was written."""
    converted = convert_file(path, options.out, options.to)
    lost = f" (left behind: {', '.join(converted.lost)})" if converted.lost else ""
    left_out = f" ({' '.join(map(str, converted.left_out))})" if converted.left_out else ""
    return f"{path} -> {', '.join(map(str, converted.paths))}{lost}{left_out}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pyg_ui.library", description="Sort characters, chats and lorebooks."
    )
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
