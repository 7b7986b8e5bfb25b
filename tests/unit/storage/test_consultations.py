"""Questions to experts as they are kept, on both databases."""

from bot.alerts.history import Kind
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from storage.store import AnyStore
from tests.unit.storage.made import NOW, add_alert, add_conversation, entry


async def test_a_question_has_its_answers_that_stand_and_waits_without_any(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here, experts = add_conversation(uow), add_conversation(uow, "19:experts", name="Experts")
        number = add_alert(uow, "da1").number
        uow.history.add(entry(number, 2, kind=Kind.CONSULTED, comment="Is it real?"))
        asked = uow.consultations.ask(
            number, 2, asker="ana", experts=experts.id, asked_in=here.id, thread="root", at=NOW
        )
        waiting = uow.consultations.get(asked)
        assert waiting is not None
        assert (waiting.question.text, waiting.is_pending, waiting.experts, waiting.asked_in, waiting.thread) == (
            "Is it real?", True, experts, here, "root",
        )  # fmt: skip
        for revision, text in ((3, "Yes."), (4, "Or no.")):
            uow.history.add(entry(number, revision, kind=Kind.ANSWERED, comment=text))
            uow.consultations.answer(asked, number, revision)
        (found,) = uow.consultations.many([number, 77])[number]
        assert [one.text for one in found.answers] == ["Yes.", "Or no."]
        uow.history.withdraw(number, 3, withdrawn=True)
        uow.history.withdraw(number, 4, withdrawn=True)
        (again,) = uow.consultations.many([number])[number]
        assert again.is_pending
        uow.history.withdraw(number, 2, withdrawn=True)
        (gone,) = uow.consultations.many([number])[number]
        assert (gone.is_withdrawn, gone.is_pending) == (True, False)
        assert uow.consultations.get(77) is None

    await store.write(work)


async def test_what_somebody_chose_stands_above_what_the_settings_say(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        assert uow.experts.place() is None
        uow.experts.name("19:named")
        assert (uow.experts.named(), uow.experts.place()) == ("19:named", None)
        named, chosen = add_conversation(uow, "19:named"), add_conversation(uow, "19:chosen")
        assert uow.experts.place() == named
        uow.experts.choose(chosen.id, NOW)
        uow.experts.name("chidi")
        assert uow.experts.place() == chosen
        uow.experts.choose(None, NOW)
        assert uow.experts.place() is None
        uow.people.meet(Person("chidi", "Chidi"), NOW)
        chat = add_conversation(uow, "a:chidi", kind=ConversationKind.PERSONAL, person="chidi")
        assert uow.experts.place() == chat
        assert uow.conversations.personal("chidi") == chat
        uow.conversations.mark_gone(chat.id)
        assert uow.conversations.personal("chidi") is None
        found = uow.experts.place()
        assert found is not None
        assert found.gone

    await store.write(work)


async def test_the_first_word_may_be_that_of_a_chat(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here = add_conversation(uow)
        uow.experts.choose(here.id, NOW)
        assert (uow.experts.place(), uow.experts.named()) == (here, "")

    await store.write(work)
