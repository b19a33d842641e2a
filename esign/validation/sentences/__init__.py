"""Sentences of the verdict in German and English: each has a stable code, its facts and its words in both languages.

What enters: a sentence of a finding, a change, a step or an error, as the rooms below say it in English. What leaves:
its code with its facts, and its words in a language. What may be touched here: the tables beside this file. A sentence
that no table holds stays as it is; a test finds every one that the rooms can say.
"""

from esign.validation.sentences.book import Sentence, Told, sentences, told, understood

__all__ = ["Sentence", "Told", "sentences", "told", "understood"]
