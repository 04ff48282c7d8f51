"""Options that take every word up to the next option: ``--predictions m1 m2 m3``."""

import click

__all__ = ["SeveralValues"]


class SeveralValues(click.Command):
    """Command whose options of the metavar ``COLUMN...`` take all words that follow.

    click itself gives a word to an option only one by one. Such an option is one that may be
    repeated, and is repeated for every word; ``--option=word`` takes the one word alone.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See `click.Command.parse_args`."""
        greedy = {
            name
            for param in self.params
            if isinstance(param, click.Option) and param.multiple and param.metavar == "COLUMN..."
            for name in param.opts
        }
        words: list[str] = []
        taking = ""
        for place, word in enumerate(args):
            if word == "--":
                words += args[place:]
                break
            if word in greedy:
                taking = word
                if place + 1 == len(args) or args[place + 1].startswith("-"):
                    raise click.BadOptionUsage(word, f"Option {word!r} requires an argument.", ctx)
            elif word.startswith("-"):
                taking = ""
                words.append(word)
            elif taking:
                words += [taking, word]
            else:
                words.append(word)
        return super().parse_args(ctx, words)
