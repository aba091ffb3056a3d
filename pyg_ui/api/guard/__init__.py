"""Who may use the API: keys, and the origins and host names of web pages."""
