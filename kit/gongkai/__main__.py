"""`python -m gongkai`: the command, where no script is installed."""

from gongkai.cli import main

main()
