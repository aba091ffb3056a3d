"""The account: who is signed in, and what the page itself remembers: its theme, its language, its panels."""
