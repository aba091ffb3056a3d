"""A grammar of personas, scenes and talk that writes endless chats in the Pygmalion format.

`words` holds the raw lists and `values` combines them into open sets. `personas` draws a character and `portraits`
describes it. `interviews`, `small_talk`, `encounters` and `tales` hold what is asked and answered; `voices` and
`visitors` vary how it is said. `conversations` makes whole documents. All of it uses one `random.Random`, so the same
seed writes the same corpus.
"""
