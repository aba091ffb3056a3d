"""Writes chats for people to read, as Markdown and plain text. Each turn is in its chosen version, as on the screen."""

from pyg_ui.dialogue.chat import Chat, Role


def dump_markdown(chat: Chat) -> str:
    """The chat as Markdown, each turn under its speaker's name in bold."""
    parts = [f"# {chat.person_name} and {chat.character.name}", *(f"**{who}:** {said}" for who, said in _lines(chat))]
    return "\n\n".join(parts) + "\n"


def dump_text(chat: Chat) -> str:
    """The chat as text, each turn after its speaker's name."""
    return "".join(f"{who}: {said}\n" for who, said in _lines(chat))


def _lines(chat: Chat) -> list[tuple[str, str]]:
    names = {Role.PERSON: chat.person_name, Role.CHARACTER: chat.character.name}
    return [(names[turn.role], chat.display_text(turn.role, turn.text, turn.sent_at).strip()) for turn in chat.turns]
