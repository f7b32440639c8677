"""The least that a Python Worker can be: what the runtime and its SDK cost by themselves."""

from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response("hello")
