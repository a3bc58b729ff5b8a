"""`python -m kit.cli`: the command, where no script is installed. Imports nothing of the kit."""

from kit.cli import main

main()
