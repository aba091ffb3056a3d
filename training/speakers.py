"""Lets a demo model answer through the application's own prompt builder and engine.

This module knows neither the questions nor the right answers.
"""

from dataclasses import replace

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.prompt import build_prompt
from pyg_ui.engine.engine import Engine, FinishReason, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from training.examination import MAX_NEW_TOKENS, Reply, Sitting

STOP = "\nYou:"


class EngineSpeaker:
    """One chat with the character of a sitting."""

    def __init__(self, engine: Engine, parameters: SamplingParameters, sitting: Sitting) -> None:
        self._engine = engine
        self._parameters = replace(parameters, max_new_tokens=MAX_NEW_TOKENS)
        character = Character(sitting.name, persona=sitting.persona, greeting=sitting.greeting)
        self._chat = Chat.start(character)

    def reply(self, message: str) -> Reply:
        """The answer to a message. Both stay in the chat."""
        asked = self._chat.say(message)
        budget = self._engine.model.context_length - MAX_NEW_TOKENS
        prompt = build_prompt(asked, self._engine.count_tokens, budget)
        request = GenerationRequest(tuple(self._engine.encode(prompt.text)), self._parameters, stop=(STOP,))
        generation = self._engine.submit(request)
        text = generation.text().strip()
        self._chat = asked.with_reply(text)
        has_ended = generation.result is not None and generation.result.reason is not FinishReason.LENGTH
        return Reply(text, has_ended)
