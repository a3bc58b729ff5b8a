"""`python -m gongkai`: the command, where no script is installed. Imports nothing of the kit."""

from gongkai.cli import main

main()
