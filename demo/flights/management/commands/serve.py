"""`manage.py serve`: the flights list and the admin, on this machine."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand
from typing_extensions import override

from demo.loading.prepare import DataOptions, add_data_arguments, prepare
from demo.loading.progress import say

USERNAME: Final = "demo"
PASSWORD: Final = "demo"


class Command(BaseCommand):
    """Serves the demo until it is interrupted."""

    help = "Prepare the flights and serve their list and the admin on 127.0.0.1."
    requires_system_checks = ()

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        add_data_arguments(parser)
        parser.add_argument(
            "--port", type=int, default=8000, help="Port on 127.0.0.1; 8000 if absent."
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        prepare(DataOptions(options["limit"], options["copies"], options["reset"]))
        self.create_superuser()
        address = f"127.0.0.1:{options['port']}"
        say(
            f"Flights: http://{address}/\n"
            f"Admin:   http://{address}/admin/ (user {USERNAME}, password {PASSWORD})"
        )
        # The counts just precached are in this process, so it has to stay the one
        # that serves. Static files come without DEBUG, which would slow queries.
        call_command("runserver", address, use_reloader=False, insecure_serving=True)

    def create_superuser(self) -> None:
        """Create the demo's superuser unless there is one of that name."""
        if not User.objects.filter(username=USERNAME).exists():
            User.objects.create_superuser(USERNAME, password=PASSWORD)
