"""Options that are settings of a recipe: what each is called there, and under which heading."""

from collections.abc import Callable, Mapping, Sequence

import click
from click.core import ParameterSource

from calibrant.pipeline.settings import Setting

__all__ = ["SettingOption", "SettingsCommand", "settings_given"]

Reader = Callable[[click.Context, click.Parameter, object], Setting]


class SettingOption(click.Option):
    """Option of the command line that is a setting of the recipe.

    Parameters
    ----------
    names : sequence of str
        As they are typed.
    setting : str
        Dotted name in the recipe.
    section : str
        Heading of the help under which it stands.
    help : str
        What it is for.
    type : click.ParamType, optional
        Kind of its value; text.
    default : str, optional
        What holds where the option is not given, in words.
    metavar : str, optional
        What stands for the value in the help.
    multiple : bool, default False
        Whether it may be repeated.
    callback : callable, optional
        Makes the setting of what was typed.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        setting: str,
        section: str,
        help: str,  # noqa: A002 -- as click calls it
        type: click.ParamType | None = None,  # noqa: A002 # pyright: ignore[reportMissingTypeArgument, reportUnknownParameterType]
        default: str | None = None,
        metavar: str | None = None,
        multiple: bool = False,
        callback: Reader | None = None,
    ) -> None:
        super().__init__(
            list(names),
            help=help,
            type=type,
            show_default=default or False,
            metavar=metavar,
            multiple=multiple,
            callback=callback,
            expose_value=False,
        )
        self.setting, self.section = setting, section

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, object], args: list[str]
    ) -> tuple[object, list[str]]:
        """See `click.Parameter.handle_parse_result`; notes what was typed under its name."""
        value, rest = super().handle_parse_result(ctx, opts, args)
        typed = self.name and ctx.get_parameter_source(self.name) is ParameterSource.COMMANDLINE
        if typed and value is not None:
            ctx.meta[f"{__name__}:{self.setting}"] = value
        return value, rest


class SettingsCommand(click.Command):
    """Command whose help lists `SettingOption` under their headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See `click.Command.format_options`."""
        sections: dict[str, list[tuple[str, str]]] = {}
        others: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is None or not isinstance(param, click.Option):
                continue
            if isinstance(param, SettingOption):
                sections.setdefault(param.section, []).append(record)
            else:
                others.append(record)
        for heading, records in {**sections, "Recipe and output": others}.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def settings_given(ctx: click.Context) -> tuple[dict[str, Setting], dict[str, str]]:
    """Settings that were typed, nested as in a recipe; and the option of every setting."""
    settings: dict[str, Setting] = {}
    options: dict[str, str] = {}
    for param in ctx.command.params:
        if not isinstance(param, SettingOption):
            continue
        options[param.setting] = param.opts[0]
        key = f"{__name__}:{param.setting}"
        if key not in ctx.meta:
            continue
        *tables, name = param.setting.split(".")
        place = settings
        for table in tables:
            inner = place.setdefault(table, {})
            assert isinstance(inner, dict)  # a setting is not a table and a value
            place = inner
        place[name] = ctx.meta[key]
    return settings, options
