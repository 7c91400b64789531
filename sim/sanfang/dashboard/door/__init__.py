"""The door in front of Solara's server. Whatever comes from the network passes here first; see SECURITY.md.

Solara and the widgets below it (ipyvue, ipywidgets) trust whoever is connected: a client may create Python objects of
its choice, tell the server where its scripts are, and ask for memory without limit (docs/upstream.md lists what was
found, with versions). The door lets through what the pages of this dashboard are seen to send, and nothing else.

    protocol   connections: how many from one address, and how long one may stay silent
    app        requests: which host, which origin, which paths, which headers; headers of safety on every answer
    login      who a browser is: a signed cookie, and the password where one is asked for
    policy     what a page may load and run (Content-Security-Policy)
    messages   messages of a page: each is read, checked, and written anew from what is known
    widgets    the last step: a widget answers to the events that it declares
    limits     how much of everything, in one place
    join       the entrance of a workshop's phones, which is open without the password and leads nowhere else
    body       the body of a request: short, and soon
    log        what is written about all this, and how often
"""
