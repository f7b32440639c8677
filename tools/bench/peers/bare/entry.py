"""The least that a Python Worker with our bindings can be: what runtime, SDK and they cost."""

from workers import DurableObject, Response, WorkerEntrypoint


class Room(DurableObject):
    pass


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response("hello")

    async def scheduled(self, controller, env=None, ctx=None):
        pass

    async def queue(self, batch, env=None, ctx=None):
        pass
