"""A grammar of personas, scenes and talk that writes endless chats in the Pygmalion format.

`words` holds the raw lists, `values` combines them into open sets, `personas` draws somebody, `portraits` describes
them, `interviews`, `small_talk`, `encounters` and `tales` say what is asked and answered, `voices` and `visitors` how,
`conversations` puts whole documents together. Everything is drawn from one `random.Random`: the same seed writes the
same corpus.
"""
