"""The live socket of a page, in the hands of a test."""

from playwright.sync_api import Page, WebSocketRoute


class Wire:
    """A page's live socket, which a test can cut and keep cut, or make silent."""

    def __init__(self, page: Page) -> None:
        self.cut = False
        self.opened: list[WebSocketRoute] = []
        self._silent: list[WebSocketRoute] = []
        page.route_web_socket("**/live?*", self._route)

    def break_off(self) -> None:
        self.cut = True
        for socket in self.opened:
            socket.close(code=4999)

    def silence(self) -> None:
        """Lose what the present sockets send and get, as after a change of network."""
        self._silent = [*self.opened]

    def _route(self, socket: WebSocketRoute) -> None:
        if self.cut:
            socket.close(code=4999)
            return
        server = socket.connect_to_server()
        self.opened.append(socket)

        def pass_on(message: str | bytes) -> None:
            if socket not in self._silent:
                server.send(message)

        def pass_back(message: str | bytes) -> None:
            if socket not in self._silent:
                socket.send(message)

        socket.on_message(pass_on)
        server.on_message(pass_back)
