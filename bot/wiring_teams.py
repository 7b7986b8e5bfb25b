"""What people say and press, put together: the part of the composition root that is about Teams."""

from contextlib import AsyncExitStack

from bot.alerts.ports import Clock, Store
from bot.delivery.lookbacks import Lookbacks
from bot.settings import Settings
from bot.sources.graph.ids import canonical_id, names_of
from bot.teams.commands import Commands
from bot.teams.connector import Connector
from bot.teams.dialogs import Dialogs
from bot.teams.every_dialog import every_dialog
from bot.teams.export_presses import ExportSettings
from bot.teams.extension import Extension
from bot.teams.message_actions import MessageActions
from bot.teams.presses import Presses
from bot.teams.rosters import Rosters
from bot.teams.rule_presses import RuleSettings
from bot.teams.search import Search
from bot.teams.strangers import introductions
from bot.teams.turn import Turn
from bot.wiring import background, digest_commands
from cards.languages import Languages


async def turn_of(
    settings: Settings,
    stack: AsyncExitStack,
    *,
    store: Store,
    clock: Clock,
    languages: Languages,
    connector: Connector,
    rosters: Rosters,
) -> Turn:
    await store.write(lambda uow: uow.experts.name(settings.experts))
    lookbacks = Lookbacks(store=store, clock=clock)
    await background(stack, lookbacks.run(), "looking back")
    introduce = introductions(store, connector, clock)
    rules = RuleSettings(settings.tuning_share / 100)
    digests = digest_commands(settings)
    exports = ExportSettings(settings.public_url)
    presses = Presses(
        store=store,
        clock=clock,
        languages=languages,
        queue_days=settings.queue_days,
        link_hosts=settings.extra_link_hosts,
        introduce=introduce,
        rules=rules,
        undo_within=settings.undo_within,
        digests=digests,
        exports=exports,
    )
    commands = Commands(
        languages=languages,
        rules=rules,
        queue_days=settings.queue_days,
        zone=settings.zone_info,
        link_hosts=settings.extra_link_hosts,
        undo_within=settings.undo_within,
        digests=digests,
        exports=exports,
        names=names_of,
    )
    dialogs = Dialogs(
        store=store,
        clock=clock,
        languages=languages,
        handlers=every_dialog(
            commands,
            queue_days=settings.queue_days,
            undo_within=settings.undo_within,
            zone=settings.zone_info,
            rules=rules,
            digests=digests,
        ),
        link_hosts=settings.extra_link_hosts,
        introduce=introduce,
    )
    extension = Extension(
        store=store,
        clock=clock,
        languages=languages,
        actions=MessageActions(store=store, clock=clock, languages=languages, queue_days=settings.queue_days),
        queue_days=settings.queue_days,
        link_hosts=settings.extra_link_hosts,
        app_id=settings.app_id,
        public_url=settings.public_url,
        identity=canonical_id,
    )
    turn = Turn(
        store=store,
        clock=clock,
        languages=languages,
        presses=presses,
        dialogs=dialogs,
        extension=extension,
        search=Search(store=store, clock=clock, languages=languages, queue_days=settings.queue_days),
        commands=commands,
        rosters=rosters,
        drafted=lookbacks.poke,
    )
    stack.push_async_callback(turn.close)
    return turn
