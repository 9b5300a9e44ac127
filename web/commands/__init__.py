"""The commands of ``gongkai``, by what they are about; ``web/commands/cli.py`` gathers them."""
