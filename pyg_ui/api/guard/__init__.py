"""Who may use this server: keys, the host names and web pages of requests, and the time that a request may take."""
