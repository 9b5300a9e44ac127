"""The commands of ``gongkai``, by what they are about; ``web/cli.py`` gathers them."""
