"""Entry point of `python -m gongkai`, for use where no script is installed."""

from gongkai.cli import main

main()
